#include "engines/postgres/read_only.hpp"

#include <fmt/format.h>
#include <pg_query.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "base/json.hpp"

namespace keel::postgres {
namespace {

// Names of parse nodes that read. The statement kinds among them are checked further below.
constexpr auto reading = std::to_array<std::string_view>({"SelectStmt",
                                                          "ExplainStmt",
                                                          "VariableShowStmt",
                                                          "TransactionStmt",
                                                          "A_Const",
                                                          "A_Expr",
                                                          "A_ArrayExpr",
                                                          "A_Indices",
                                                          "A_Indirection",
                                                          "A_Star",
                                                          "Alias",
                                                          "BitString",
                                                          "BoolExpr",
                                                          "Boolean",
                                                          "BooleanTest",
                                                          "CTECycleClause",
                                                          "CTESearchClause",
                                                          "CaseExpr",
                                                          "CaseWhen",
                                                          "CoalesceExpr",
                                                          "CollateClause",
                                                          "ColumnDef",
                                                          "ColumnRef",
                                                          "CommonTableExpr",
                                                          "CurrentOfExpr",
                                                          "DefElem",
                                                          "Float",
                                                          "FuncCall",
                                                          "GroupingFunc",
                                                          "GroupingSet",
                                                          "Integer",
                                                          "JoinExpr",
                                                          "List",
                                                          "MinMaxExpr",
                                                          "NamedArgExpr",
                                                          "NullTest",
                                                          "ParamRef",
                                                          "RangeFunction",
                                                          "RangeSubselect",
                                                          "RangeTableFunc",
                                                          "RangeTableFuncCol",
                                                          "RangeTableSample",
                                                          "RangeVar",
                                                          "ResTarget",
                                                          "RowExpr",
                                                          "SQLValueFunction",
                                                          "SetToDefault",
                                                          "SortBy",
                                                          "String",
                                                          "SubLink",
                                                          "TypeCast",
                                                          "TypeName",
                                                          "WindowDef",
                                                          "WithClause",
                                                          "XmlExpr",
                                                          "XmlSerialize"});

const std::set<std::string_view>& reading_nodes() {
    static const std::set<std::string_view> names(reading.begin(), reading.end());
    return names;
}

// Functions that do something though the server calls them stable, or that run SQL given as text.
constexpr std::array denied_prefixes = {std::string_view("lo_"),
                                        std::string_view("pg_advisory_"),
                                        std::string_view("pg_try_advisory_"),
                                        std::string_view("dblink"),
                                        std::string_view("crosstab"),
                                        std::string_view("pg_read_"),
                                        std::string_view("pg_ls_"),
                                        std::string_view("pg_file_"),
                                        std::string_view("pg_logical_"),
                                        std::string_view("pg_replication_"),
                                        std::string_view("pg_create_"),
                                        std::string_view("pg_drop_"),
                                        std::string_view("pg_copy_"),
                                        std::string_view("pg_backup_"),
                                        std::string_view("pg_start_"),
                                        std::string_view("pg_stop_"),
                                        std::string_view("pg_wal_replay_"),
                                        std::string_view("pg_stat_reset"),
                                        std::string_view("binary_upgrade_"),
                                        std::string_view("query_to_xml"),
                                        std::string_view("cursor_to_xml")};

constexpr std::array denied_names = {"set_config",
                                     "nextval",
                                     "setval",
                                     "setseed",
                                     "loread",
                                     "lowrite",
                                     "pg_notify",
                                     "pg_terminate_backend",
                                     "pg_cancel_backend",
                                     "pg_reload_conf",
                                     "pg_rotate_logfile",
                                     "pg_stat_file",
                                     "pg_switch_wal",
                                     "pg_promote",
                                     "pg_export_snapshot",
                                     "txid_current",
                                     "pg_current_xact_id",
                                     "connectby",
                                     "ts_stat",
                                     "ts_rewrite",
                                     "pg_prewarm",
                                     "pg_import_system_collations"};

// Volatile functions of PostgreSQL's own that change nothing.
constexpr std::array harmless_volatile = {"clock_timestamp",
                                          "timeofday",
                                          "random",
                                          "gen_random_uuid",
                                          "current_query",
                                          "currval",
                                          "lastval",
                                          "pg_sleep",
                                          "pg_sleep_for",
                                          "pg_sleep_until",
                                          "pg_blocking_pids",
                                          "pg_safe_snapshot_blocking_pids",
                                          "pg_collation_actual_version",
                                          "pg_database_collation_actual_version",
                                          "pg_control_checkpoint",
                                          "pg_control_init",
                                          "pg_control_recovery",
                                          "pg_control_system",
                                          "pg_current_logfile",
                                          "pg_current_wal_flush_lsn",
                                          "pg_current_wal_insert_lsn",
                                          "pg_current_wal_lsn",
                                          "pg_database_size",
                                          "pg_indexes_size",
                                          "pg_relation_size",
                                          "pg_table_size",
                                          "pg_tablespace_size",
                                          "pg_total_relation_size",
                                          "pg_is_in_recovery",
                                          "pg_is_wal_replay_paused",
                                          "pg_get_wal_replay_pause_state",
                                          "pg_jit_available",
                                          "pg_last_committed_xact",
                                          "pg_last_wal_receive_lsn",
                                          "pg_last_wal_replay_lsn",
                                          "pg_last_xact_replay_timestamp",
                                          "pg_lock_status",
                                          "pg_notification_queue_usage",
                                          "pg_partition_ancestors",
                                          "pg_partition_tree",
                                          "pg_prepared_xact",
                                          "pg_sequence_last_value",
                                          "pg_show_all_file_settings",
                                          "pg_hba_file_rules",
                                          "pg_ident_file_mappings",
                                          "pg_xact_commit_timestamp",
                                          "pg_xact_status",
                                          "txid_status",
                                          "pg_stat_get_recovery_prefetch",
                                          "pg_stat_get_xact_numscans",
                                          "pg_get_multixact_members",
                                          "pg_get_backend_memory_contexts",
                                          "pg_get_shmem_allocations"};

constexpr std::array savepoint_kinds = {"TRANS_STMT_SAVEPOINT", "TRANS_STMT_RELEASE",
                                        "TRANS_STMT_ROLLBACK_TO"};

template <typename List>
bool is_in(const List& list, std::string_view name) {
    return std::ranges::find(list, name) != list.end();
}

bool is_denied_function(std::string_view name) {
    return is_in(denied_names, name) ||
           std::ranges::any_of(denied_prefixes,
                               [&](std::string_view prefix) { return name.starts_with(prefix); });
}

/// Walks a parse tree in JSON. Members with a capital are nodes; the others are fields, of which
/// two hold clauses that are no nodes of their own.
class TreeWalker {
  public:
    explicit TreeWalker(ReadOnlyVerdict& verdict) : verdict_(verdict) {}

    void walk(const Json& root) {
        pending_.push_back(&root);
        while (!pending_.empty() && verdict_.objection.empty()) {
            const Json& value = *pending_.back();
            pending_.pop_back();
            if (value.is_array()) {
                for (const auto& item : value.as_array()) pending_.push_back(&item);
            } else if (value.is_object()) {
                for (const auto& [key, member] : value.as_object()) visit(key, member);
            }
        }
    }

  private:
    void visit(const std::string& key, const Json& member) {
        const bool is_node = !key.empty() && key.front() >= 'A' && key.front() <= 'Z';
        if (is_node && !reading_nodes().contains(key)) return object(describe(key));
        if (key == "intoClause") return object("select into makes a table");
        if (key == "lockingClause") return object("select for update or share locks rows");
        if (key == "FuncCall") visit_function(member);
        if (key == "TransactionStmt" && !is_in(savepoint_kinds, member.string_or("kind", "")))
            return object("it would end or change the read-only transaction");
        if (key == "DefElem" && member.string_or("defname", "") == "analyze")
            return object("explain analyze runs the statement");
        pending_.push_back(&member);
    }

    void visit_function(const Json& call) {
        const auto& parts = call.at("funcname").as_array();
        const Json* last = parts.empty() ? nullptr : parts.back().find("String");
        const std::string name = last == nullptr ? "" : last->string_or("sval", "");
        if (is_denied_function(name))
            return object(fmt::format("function {} does more than read", name));
        verdict_.functions.push_back(name);
    }

    static std::string describe(std::string_view node) {
        std::string words;
        for (const char c : node.substr(0, node.find("Stmt"))) {
            const bool is_capital = c >= 'A' && c <= 'Z';
            if (is_capital && !words.empty()) words += ' ';
            words += is_capital ? static_cast<char>(c - 'A' + 'a') : c;
        }
        return fmt::format("it is or holds: {}", words);
    }

    void object(std::string objection) { verdict_.objection = std::move(objection); }

    ReadOnlyVerdict& verdict_;
    std::vector<const Json*> pending_;
};

/// Owns what libpg_query returns.
class ParseResult {
  public:
    explicit ParseResult(const std::string& sql) : result_(pg_query_parse(sql.c_str())) {}
    ~ParseResult() { pg_query_free_parse_result(result_); }
    ParseResult(const ParseResult&) = delete;
    ParseResult& operator=(const ParseResult&) = delete;

    bool ok() const noexcept { return result_.error == nullptr && result_.parse_tree != nullptr; }
    Json tree() const { return Json::parse(result_.parse_tree); }

  private:
    PgQueryParseResult result_;
};

std::string array_literal(const auto& names) {
    std::string text = "{";
    for (const auto& name : names) {
        if (text.size() > 1) text += ',';
        text += '"';
        for (const char c : std::string_view(name)) {
            if (c == '"' || c == '\\') text += '\\';
            text += c;
        }
        text += '"';
    }
    return text + "}";
}

constexpr std::string_view find_volatile = R"(
    select n.nspname || '.' || p.proname
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where p.proname = any ($1::pg_catalog.text[])
      and p.provolatile = 'v'
      and not (n.nspname = 'pg_catalog' and p.proname = any ($2::pg_catalog.text[]))
    order by 1
    limit 1)";

}  // namespace

ReadOnlyVerdict judge_read_only(std::string_view sql) {
    ReadOnlyVerdict verdict;
    const ParseResult parsed{std::string(sql)};
    if (!parsed.ok()) {
        verdict.is_parsed = false;
        return verdict;
    }
    const Json tree = parsed.tree();
    const Json* statements = tree.find("stmts");
    if (statements != nullptr && statements->as_array().size() > 1)
        verdict.objection = "it is more than one statement";
    if (statements != nullptr && verdict.objection.empty()) TreeWalker(verdict).walk(*statements);
    return verdict;
}

void ReadOnlyGate::refuse(std::string_view what) const {
    throw Error(ErrorKind::refused, fmt::format("this session is read-only: {}", what))
        .with_hint("only select, values, table, show and explain without analyze may run here");
}

void ReadOnlyGate::check(Wire& wire, std::string_view sql) {
    check_statement(sql);
    const auto verdict = judge_read_only(sql);
    if (!verdict.is_parsed) {
        wire.parse(sql);  // the server's own words when it is no SQL at all
        refuse("it cannot tell what a statement of this newer syntax does");
    }
    if (!verdict.objection.empty()) refuse(verdict.objection);
    check_functions(wire, verdict.functions);
}

void ReadOnlyGate::check_functions(Wire& wire, const std::vector<std::string>& functions) {
    std::set<std::string> unknown;
    for (const auto& name : functions) {
        if (!harmless_functions_.contains(name)) unknown.insert(name);
    }
    if (unknown.empty()) return;
    const std::vector<Value> params = {array_literal(unknown), array_literal(harmless_volatile)};
    std::string found;
    wire.send(find_volatile, params);
    {
        const Running running(wire);
        for (auto result = wire.next(); result != nullptr; result = wire.next()) {
            if (libpq().result_status(result.get()) == PGRES_FATAL_ERROR)
                throw wire.error(*result, find_volatile);
            if (libpq().ntuples(result.get()) > 0) found = libpq().getvalue(result.get(), 0, 0);
        }
    }
    if (!found.empty())
        refuse(
            fmt::format("function {} is volatile, so it may write (declare it stable if it "
                        "does not)",
                        found));
    harmless_functions_.merge(unknown);
}

}  // namespace keel::postgres
