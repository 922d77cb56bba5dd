#include "engines/postgres/table_restore.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "db/transaction.hpp"
#include "engines/postgres/connection.hpp"
#include "engines/postgres/dump_catalog.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/row_units.hpp"
#include "engines/postgres/schema_read.hpp"
#include "engines/postgres/sequences.hpp"
#include "engines/postgres/table_change.hpp"
#include "engines/postgres/table_rows.hpp"
#include "engines/postgres/table_twin.hpp"

namespace keel::postgres {
namespace {

/// Larger tables are not counted row by row for a plan: the planner's estimate serves.
constexpr std::int64_t largest_counted = 256 << 20;
constexpr std::size_t prefix_length = 6;  // of "table:"

std::string name_in(const std::string& key) {
    return key.substr(prefix_length);
}

Error refusal(const std::vector<std::string>& obstacles) {
    return Error(ErrorKind::refused,
                 "the tables cannot be restored by themselves: " + join(obstacles, "; "))
        .with_hint(
            "nothing was changed; restore these tables together with the ones that are "
            "named, or the whole database, or into another environment with --to");
}

Error differs(const TableContent& table, std::string_view what) {
    return Error(ErrorKind::integrity,
                 fmt::format("table {}.{} {}", table.schema, table.name, what))
        .with_hint("nothing was changed; verify the backup: keel backup verify");
}

void run_steps(Connection& connection, const std::vector<SchemaStep>& steps) {
    for (const auto& step : steps) connection.execute(step.sql);
}

class Restorer final : public TableRestorer {
  public:
    Restorer(const TableRestore& restore, const EngineOptions& options, const Context& context)
        : content_(restore.content),
          streams_(restore.streams),
          context_(context),
          saved_(read_saved_schema(restore, options, context)),
          rows_(tables_of(restore.content)) {}

    std::vector<TableName> known() const override {
        std::vector<TableName> names;
        for (const auto& named : saved_.tables) names.push_back(named.table);
        return names;
    }

    RestoreOutlook look(Connection& connection, const TableSelection& selection) override {
        const auto internal = internal_connection(connection);
        Transaction state(*internal, {.read_only = true, .isolation = Isolation::repeatable_read});
        RestoreOutlook outlook;
        if (selection.new_name) {
            look_for_twin(*internal, selection, outlook);
            return outlook;
        }
        const auto live = read_schema(*internal);
        const auto chosen = choose(*internal, selection);
        const TableChange change(live, saved_, chosen.present, chosen.wanted);
        outlook.obstacles = chosen.obstacles;
        outlook.obstacles.insert(outlook.obstacles.end(), change.obstacles().begin(),
                                 change.obstacles().end());
        for (const auto& table : selection.tables)
            outlook.tables.push_back(look_at(*internal, table, chosen, change));
        return outlook;
    }

    std::vector<TableContent> run(Connection& connection,
                                  const TableSelection& selection) override {
        const auto internal = internal_connection(connection);
        const CancelOnStop cancel(context_.stop, *internal);
        if (selection.without_references) saved_ = without_references(std::move(saved_));
        Transaction transaction(*internal);
        set_dump_settings(*internal, true);
        auto contents =
            selection.new_name ? make_twin(*internal, selection) : replace(*internal, selection);
        transaction.commit();
        return contents;
    }

  private:
    struct Chosen {
        Keys present;
        Keys wanted;
        std::vector<std::string> obstacles;
    };

    static std::map<TableName, std::string> keys_of(std::span<const NamedTable> tables) {
        std::map<TableName, std::string> keys;
        for (const auto& [table, key] : tables) keys.emplace(table, key);
        return keys;
    }

    Chosen choose(Connection& connection, const TableSelection& selection) {
        const auto live = keys_of(read_named_tables(connection));
        for (auto& [table, key] : saved_.tables) {
            const auto found = live.find(table);
            if (key.empty() && found != live.end()) key = found->second;
        }
        const auto saved = keys_of(saved_.tables);
        Chosen chosen;
        for (const auto& table : selection.tables) {
            const auto present = live.find(table);
            const auto known = saved.find(table);
            const std::string key = known == saved.end() ? std::string() : known->second;
            if (is_saved_elsewhere(table, key) && !is_part_of_another(selection, key)) {
                chosen.obstacles.push_back(fmt::format(
                    "the rows of {} are saved with those of the table that it is a part of: name "
                    "that",
                    name_in(key)));
                continue;
            }
            if (present != live.end()) chosen.present.insert(present->second);
            if (present != live.end() || saved_.model.find(key) != nullptr)
                chosen.wanted.insert(key);
            else
                chosen.obstacles.push_back(fmt::format(
                    "table {}.{} is not there, and how it is made is not known (this role may "
                    "make no database to find out in)",
                    table.schema, table.name));
        }
        return chosen;
    }

    bool is_part_of_another(const TableSelection& selection, const std::string& key) const {
        const auto saved = keys_of(saved_.tables);
        return std::ranges::any_of(selection.tables, [&](const TableName& other) {
            const auto found = saved.find(other);
            return found != saved.end() && found->second != key &&
                   with_partitions(saved_.model, {found->second}).contains(key);
        });
    }

    /// A hash-partitioned table is saved as a whole.
    bool is_saved_elsewhere(const TableName& table, const std::string& key) const {
        const auto* object = saved_.model.find(key);
        if (object == nullptr || object->fact("partition of").empty()) return false;
        return std::ranges::none_of(
            rows_, [&](const DumpTable& rows) { return is_within(rows, key, table); });
    }

    TableOutlook look_at(Connection& connection, const TableName& table, const Chosen& chosen,
                         const TableChange& change) const {
        TableOutlook outlook{.table = table};
        const auto saved = keys_of(saved_.tables);
        const auto found = saved.find(table);
        const std::string key = found == saved.end() ? std::string() : found->second;
        for (std::size_t i = 0; i < rows_.size(); ++i)
            if (is_within(rows_[i], key, table)) outlook.rows += content_.tables[i].rows;
        if (!chosen.present.contains(key)) return outlook;
        outlook.now = count(connection, table);
        outlook.changes = change.changes_of(key);
        return outlook;
    }

    /// Whether these rows are the table's, or those of one of its partitions.
    bool is_within(const DumpTable& rows, const std::string& key, const TableName& table) const {
        if (rows.schema == table.schema && rows.name == table.name) return true;
        if (key.empty()) return false;
        const auto whole = with_partitions(saved_.model, {key});
        return std::ranges::any_of(saved_.tables, [&](const NamedTable& named) {
            return named.table == TableName{rows.schema, rows.name} && whole.contains(named.key);
        });
    }

    static std::uint64_t count(Connection& connection, const TableName& table) {
        const auto name = quote_name(table.schema, table.name);
        const std::vector<Value> params = {name};
        const auto size = connection.query_integer(
            "select pg_catalog.pg_table_size($1::pg_catalog.regclass)", params);
        const auto rows = size <= largest_counted
                              ? connection.query_integer("select count(*) from " + name)
                              : connection.query_integer(
                                    "select reltuples::int8 from pg_catalog.pg_class where "
                                    "oid = $1::pg_catalog.regclass",
                                    params);
        return static_cast<std::uint64_t>(std::max<std::int64_t>(rows, 0));
    }

    std::vector<TableContent> replace(Connection& connection, const TableSelection& selection) {
        auto chosen = choose(connection, selection);
        for (const auto& key : chosen.present)
            connection.execute(fmt::format("lock table {} in access exclusive mode", name_in(key)));
        const auto live = read_schema(connection);
        const TableChange change(live, saved_, chosen.present, chosen.wanted);
        auto& obstacles = chosen.obstacles;
        obstacles.insert(obstacles.end(), change.obstacles().begin(), change.obstacles().end());
        if (!obstacles.empty()) throw refusal(obstacles);
        run_steps(connection, change.put_aside());
        truncate(connection, change);
        run_steps(connection, change.reshape());
        auto contents = load_all(connection, change.wanted());
        set_counters(connection, change.wanted());
        complete(connection, change.complete());
        check_schema(connection, change);
        return contents;
    }

    static void truncate(Connection& connection, const TableChange& change) {
        std::string names;
        for (const auto& key : change.present()) {
            const std::vector<Value> params = {name_in(key)};
            const bool is_whole = connection.query_text(
                                      "select relkind from pg_catalog.pg_class where oid = "
                                      "$1::pg_catalog.regclass",
                                      params) == "p";
            names += fmt::format("{}{}{}", names.empty() ? "" : ", ", is_whole ? "" : "only ",
                                 name_in(key));
        }
        if (!names.empty()) connection.execute("truncate table " + names);
    }

    std::vector<TableContent> load_all(Connection& connection, const Keys& wanted) {
        std::vector<TableContent> contents;
        const auto keys = keys_of(saved_.tables);
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const auto found = keys.find({rows_[i].schema, rows_[i].name});
            if (found == keys.end()) continue;
            if (!wanted.contains(found->second)) continue;
            load(connection, i, rows_[i]);
            contents.push_back(content_.tables[i]);
        }
        return contents;
    }

    void load(Connection& connection, std::size_t index, const DumpTable& into) {
        const auto& expected = content_.tables[index];
        const OnRows on_rows = [&](std::uint64_t rows) {
            done_ += rows;
            context_.progress.on({.phase = "restore",
                                  .item = into.name,
                                  .done = done_,
                                  .total = 0,
                                  .unit = ProgressUnit::rows});
        };
        const auto rows = open_stored_rows(streams_, expected, rows_[index]);
        const auto sink = connection.copy_in(into.copy_in_spec());
        const auto sent = pump_rows(
            {.source = *rows, .sink = sink.get(), .on_rows = on_rows, .stop = context_.stop});
        sink->finish();
        if (sent.rows() != expected.rows || sent.hex() != expected.digest)
            throw differs(expected, "is not in the backup as its manifest says");
        const auto back = connection.copy_out(into.copy_out_spec());
        const auto found = pump_rows({.source = *back, .on_rows = on_rows, .stop = context_.stop});
        if (found != sent)
            throw differs(expected,
                          "came back with other rows than it was saved "
                          "with");
    }

    /// A sequence that others count with too is never set back.
    void set_counters(Connection& connection, const Keys& wanted) {
        std::vector<TableName> names;
        for (const auto& [table, key] : saved_.tables)
            if (wanted.contains(key)) names.push_back(table);
        const auto own = read_table_sequences(connection, names, TableSequences::owned);
        const auto used = read_table_sequences(connection, names, TableSequences::used);
        std::vector<SequenceValue> values;
        for (const auto& saved : sequences_from_json(content_.details.at("sequences"))) {
            const auto is_same = [&](const SequenceValue& other) {
                return other.schema == saved.schema && other.name == saved.name;
            };
            const auto present = std::ranges::find_if(used, is_same);
            if (present == used.end()) continue;
            const bool is_own = std::ranges::any_of(own, is_same);
            if (is_own || present->last_value < saved.last_value) values.push_back(saved);
        }
        set_sequences_here(connection, values);
    }

    /// What the rows of other tables do not allow is collected, so that all of it can be said.
    static void complete(Connection& connection, const std::vector<SchemaStep>& steps) {
        std::vector<std::string> obstacles;
        for (const auto& step : steps) {
            Transaction attempt(connection);
            try {
                connection.execute(step.sql);
                attempt.commit();
            } catch (const Error& error) {
                if (error.kind() != ErrorKind::constraint) throw;
                attempt.rollback();
                const auto detail = error.sql() ? error.sql()->detail : std::string();
                obstacles.push_back(detail.empty()
                                        ? error.message()
                                        : fmt::format("{} ({})", error.message(), detail));
            }
        }
        if (!obstacles.empty()) throw refusal(obstacles);
    }

    /// Another version may say the same in other words.
    void check_schema(Connection& connection, const TableChange& change) const {
        const auto version =
            connection.query_text("select pg_catalog.current_setting('server_version')");
        if (is_of_tables(content_) && version != content_.server_version) return;
        const auto found = differences(change.target(), read_schema(connection));
        if (found.empty()) return;
        throw Error(ErrorKind::integrity, fmt::format("{} {} did not come back as it was",
                                                      found.front().kind, found.front().name))
            .with_hint("nothing was changed; restore the whole database instead");
    }

    std::size_t index_of(const TableName& table) const {
        for (std::size_t i = 0; i < rows_.size(); ++i)
            if (rows_[i].schema == table.schema && rows_[i].name == table.name) return i;
        throw Error(ErrorKind::unsupported,
                    fmt::format("the rows of {}.{} lie in its partitions: it cannot come back "
                                "under another name",
                                table.schema, table.name))
            .with_hint("restore it into another environment with --to");
    }

    void look_for_twin(Connection& connection, const TableSelection& selection,
                       RestoreOutlook& outlook) const {
        const auto& name = *selection.new_name;
        const auto index = index_of(selection.tables.front());
        outlook.tables.push_back({.table = name, .rows = content_.tables[index].rows});
        const std::vector<Value> params = {quote_name(name.schema, name.name)};
        if (connection.query_text("select pg_catalog.to_regclass($1)", params))
            outlook.obstacles.push_back(
                fmt::format("there is already a {}.{}", name.schema, name.name));
    }

    std::vector<TableContent> make_twin(Connection& connection, const TableSelection& selection) {
        RestoreOutlook outlook;
        look_for_twin(connection, selection, outlook);
        if (!outlook.obstacles.empty()) throw refusal(outlook.obstacles);
        const auto index = index_of(selection.tables.front());
        const auto keys = keys_of(saved_.tables);
        for (const auto& statement :
             twin_statements(saved_.model, keys.at(selection.tables.front()), *selection.new_name))
            connection.execute(statement);
        DumpTable into = rows_[index];
        into.schema = selection.new_name->schema;
        into.name = selection.new_name->name;
        load(connection, index, into);
        TableContent content = content_.tables[index];
        content.schema = into.schema;
        content.name = into.name;
        return {content};
    }

    const DumpContent& content_;
    StreamReader& streams_;
    const Context& context_;
    SavedSchema saved_;
    std::vector<DumpTable> rows_;
    std::uint64_t done_ = 0;
};

}  // namespace

std::unique_ptr<TableRestorer> make_table_restorer(const TableRestore& restore,
                                                   const EngineOptions& options,
                                                   const Context& context) {
    return std::make_unique<Restorer>(restore, options, context);
}

}  // namespace keel::postgres
