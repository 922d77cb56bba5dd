#include "engines/postgres/statement_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "engines/postgres/lexer.hpp"
#include "engines/postgres/parse_tree.hpp"
#include "engines/postgres/read_objects.hpp"
#include "engines/postgres/read_tables.hpp"

namespace keel::postgres {
namespace {

constexpr std::size_t longest_name = 63;

using ReadOne = SqlAction (*)(const Json&);
using ReadMany = std::vector<SqlAction> (*)(const Json&);

constexpr std::array single_readers = std::to_array<std::pair<std::string_view, ReadOne>>({
    {"CreateStmt", read_create_table},
    {"CreateTableAsStmt", read_create_table_as},
    {"IndexStmt", read_create_index},
    {"RenameStmt", read_rename},
    {"CreateFunctionStmt", read_routine},
    {"CreateEnumStmt", read_enum},
    {"AlterEnumStmt", read_alter_enum},
    {"CreateDomainStmt", read_create_domain},
    {"AlterDomainStmt", read_alter_domain},
    {"ViewStmt", read_view},
    {"CreateTrigStmt", read_trigger},
    {"CreatePolicyStmt", read_policy},
    {"AlterPolicyStmt", read_policy},
    {"ReindexStmt", read_reindex},
    {"VacuumStmt", read_vacuum},
    {"VariableSetStmt", read_setting},
    {"TransactionStmt", read_transaction},
});

constexpr std::array several_readers = std::to_array<std::pair<std::string_view, ReadMany>>({
    {"AlterTableStmt", read_alter_table},
    {"DropStmt", read_drop},
    {"TruncateStmt", read_truncate},
    {"GrantStmt", read_grant},
    {"GrantRoleStmt", read_grant},
});

constexpr std::array changes = std::to_array<std::pair<std::string_view, ActionKind>>({
    {"InsertStmt", ActionKind::insert},
    {"UpdateStmt", ActionKind::update},
    {"DeleteStmt", ActionKind::delete_rows},
    {"MergeStmt", ActionKind::merge},
    {"CopyStmt", ActionKind::copy_in},
    {"RefreshMatViewStmt", ActionKind::refresh_materialized_view},
    {"ClusterStmt", ActionKind::cluster},
});

constexpr std::array plain_kinds = std::to_array<std::pair<std::string_view, ActionKind>>({
    {"CreateSchemaStmt", ActionKind::create_schema},
    {"CreatedbStmt", ActionKind::create_database},
    {"DropdbStmt", ActionKind::drop_database},
    {"CompositeTypeStmt", ActionKind::create_type},
    {"CreateRangeStmt", ActionKind::create_type},
    {"SelectStmt", ActionKind::select},
    {"AlterSystemStmt", ActionKind::alter_system},
    {"DoStmt", ActionKind::code_block},
});

template <typename List>
auto find_reader(const List& list, std::string_view kind) {
    const auto found =
        std::ranges::find_if(list, [&](const auto& entry) { return entry.first == kind; });
    return found == list.end() ? nullptr : &found->second;
}

SqlAction read_plain(ActionKind kind, const Json& body) {
    SqlAction action;
    action.kind = kind;
    action.object.name = text_of(body, kind == ActionKind::create_schema ? "schemaname" : "dbname");
    action.if_exists = flag_of(body, "if_not_exists") || flag_of(body, "missing_ok");
    for (const auto& argument : items(body, "args")) {
        const Json* element = argument.find("DefElem");
        const Json* code = element == nullptr ? nullptr : member(*element, "arg");
        if (code != nullptr && text_of(*element, "defname") == "as")
            action.body = string_value(*code);
    }
    return action;
}

std::vector<SqlAction> read_lock(const Json& body) {
    std::vector<SqlAction> actions;
    for (const auto& relation : items(body, "relations")) {
        const Json* range = relation.find("RangeVar");
        if (range == nullptr) continue;
        SqlAction action;
        action.kind = ActionKind::lock_table;
        action.object = relation_name(*range);
        action.offset = location_of(*range);
        actions.push_back(std::move(action));
    }
    return actions;
}

/// On a table, or on what belongs to one; what else there are comments on locks no table.
std::vector<SqlAction> read_comment(const Json& body) {
    const std::string type = text_of(body, "objtype");
    const Json* object = member(body, "object");
    const Json* list = object == nullptr ? nullptr : object->find("List");
    if (list == nullptr || (type != "OBJECT_TABLE" && type != "OBJECT_COLUMN")) return {};
    std::vector<Json> parts = items(*list, "items");
    SqlAction action;
    action.kind = ActionKind::set_statistics;
    if (type == "OBJECT_COLUMN" && !parts.empty()) {
        action.name = string_value(parts.back());
        parts.pop_back();
    }
    action.object = qualified_name(parts);
    return {action};
}

std::vector<SqlAction> read_node(std::string_view kind, const Json& body) {
    if (const auto* read = find_reader(single_readers, kind)) return {(*read)(body)};
    if (const auto* read = find_reader(several_readers, kind)) return (*read)(body);
    if (const auto* change = find_reader(changes, kind)) {
        SqlAction action = read_change(*change, body);
        action.concurrently = flag_of(body, "concurrent");
        return {action};
    }
    if (const auto* plain = find_reader(plain_kinds, kind)) return {read_plain(*plain, body)};
    if (kind == "LockStmt") return read_lock(body);
    if (kind == "CommentStmt") return read_comment(body);
    return {};
}

/// The grammar cuts long names off without a word, and folds what is not quoted: the words must be
/// looked at as they are written.
void read_words(std::string_view statement, ReadStatement& read) {
    Lexer lexer(statement);
    for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
        const bool is_quoted = token.kind == TokenKind::quoted_word;
        if (!is_quoted && token.kind != TokenKind::word) continue;
        std::string text(token.text);
        if (is_quoted && text.size() > 1 && text.front() == '"') {
            text = text.substr(1, text.size() - 2);
            read.quoted.push_back({text, token.offset});
        }
        if (text.size() > longest_name) read.long_names.push_back({text, token.offset});
    }
}

}  // namespace

ReadStatement PostgresStatementReader::read(std::string_view statement) const {
    ReadStatement read;
    ParsedStatement parsed = parse_statement(statement);
    if (!parsed.complaint.empty()) {
        read.complaint = std::move(parsed.complaint);
        read.complaint_offset = std::min(parsed.complaint_offset, statement.size());
        read.may_be_newer = true;
        return read;
    }
    const auto [kind, body] = unwrap(parsed.tree);
    if (body != nullptr) read.actions = read_node(kind, *body);
    try {
        read_words(statement, read);
    } catch (const Error&) {
        // What the lexer cannot read to its end, the grammar has refused already.
        read.quoted.clear();
    }
    return read;
}

}  // namespace keel::postgres
