#include "engines/postgres/read_tables.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "engines/postgres/default_kind.hpp"
#include "engines/postgres/parse_tree.hpp"
#include "engines/postgres/read_columns.hpp"

namespace keel::postgres {
namespace {

using Subtype = std::pair<std::string_view, ActionKind>;
// What a part of ALTER TABLE is when its name says everything.
constexpr std::array subtypes = std::to_array<Subtype>({
    {"AT_AddColumn", ActionKind::add_column},
    {"AT_DropColumn", ActionKind::drop_column},
    {"AT_DropNotNull", ActionKind::drop_not_null},
    {"AT_SetNotNull", ActionKind::set_not_null},
    {"AT_AlterColumnType", ActionKind::set_type},
    {"AT_AddIdentity", ActionKind::add_identity},
    {"AT_DropIdentity", ActionKind::drop_identity},
    {"AT_AddConstraint", ActionKind::add_constraint},
    {"AT_ValidateConstraint", ActionKind::validate_constraint},
    {"AT_DropConstraint", ActionKind::drop_constraint},
    {"AT_AttachPartition", ActionKind::attach_partition},
    {"AT_DetachPartition", ActionKind::detach_partition},
    {"AT_SetLogged", ActionKind::set_persistence},
    {"AT_SetUnLogged", ActionKind::set_persistence},
    {"AT_SetTableSpace", ActionKind::set_tablespace},
    {"AT_SetAccessMethod", ActionKind::set_access_method},
    {"AT_SetStorage", ActionKind::set_storage},
    {"AT_SetCompression", ActionKind::set_storage},
    {"AT_SetStatistics", ActionKind::set_statistics},
    {"AT_SetOptions", ActionKind::set_statistics},
    {"AT_ResetOptions", ActionKind::set_statistics},
    {"AT_SetRelOptions", ActionKind::set_statistics},
    {"AT_ResetRelOptions", ActionKind::set_statistics},
    {"AT_ClusterOn", ActionKind::set_statistics},
    {"AT_DropCluster", ActionKind::set_statistics},
    {"AT_ChangeOwner", ActionKind::set_owner},
    {"AT_ReplicaIdentity", ActionKind::set_replica_identity},
    {"AT_AddInherit", ActionKind::set_inheritance},
    {"AT_DropInherit", ActionKind::set_inheritance},
    {"AT_EnableRowSecurity", ActionKind::row_security},
    {"AT_DisableRowSecurity", ActionKind::row_security},
    {"AT_ForceRowSecurity", ActionKind::row_security},
    {"AT_NoForceRowSecurity", ActionKind::row_security},
});

ActionKind kind_of_subtype(std::string_view subtype, bool has_definition) {
    if (subtype == "AT_ColumnDefault")
        return has_definition ? ActionKind::set_default : ActionKind::drop_default;
    const bool is_trigger = subtype.find("Trig") != std::string_view::npos;
    if (is_trigger) return ActionKind::switch_trigger;
    const auto found = std::ranges::find(subtypes, subtype, &Subtype::first);
    return found == subtypes.end() ? ActionKind::other_alter_table : found->second;
}

void read_definition(const Json& definition, SqlAction& action) {
    const auto [kind, body] = unwrap(definition);
    if (kind == "ColumnDef" && action.kind == ActionKind::set_type) {
        SqlColumn column = read_column(*body);
        action.type = column.type;
        action.has_using = member(*body, "raw_default") != nullptr;
        action.offset = column.type_offset;
    } else if (kind == "ColumnDef") {
        action.columns.push_back(read_column(*body));
        action.name = action.columns.back().name;
        action.offset = action.columns.back().offset;
    } else if (kind == "Constraint" && action.kind == ActionKind::add_constraint) {
        action.constraints.push_back(read_constraint(*body));
        action.name = action.constraints.back().name;
        action.offset = action.constraints.back().offset;
    } else if (kind == "PartitionCmd") {
        action.concurrently = flag_of(*body, "concurrent");
        if (const Json* part = member(*body, "name")) action.others = {relation_name(*part)};
        const Json* bound = member(*body, "bound");
        action.default_partition = bound != nullptr && flag_of(*bound, "is_default");
    } else if (action.kind == ActionKind::set_default) {
        action.default_kind = judge_default(definition).kind;
    }
}

SqlAction read_part(const Json& part, const SqlName& table, std::size_t offset) {
    SqlAction action;
    const Json* definition = member(part, "def");
    const std::string subtype = text_of(part, "subtype");
    action.kind = kind_of_subtype(subtype, definition != nullptr);
    action.object = table;
    action.name = text_of(part, "name");
    action.offset = offset;
    action.cascade = text_of(part, "behavior") == "DROP_CASCADE";
    action.if_exists = flag_of(part, "missing_ok");
    if (action.kind == ActionKind::set_persistence)
        action.new_name = subtype == "AT_SetLogged" ? "logged" : "unlogged";
    if (definition != nullptr) read_definition(*definition, action);
    return action;
}

}  // namespace

SqlAction read_create_table(const Json& body) {
    SqlAction action;
    action.kind = member(body, "partbound") != nullptr ? ActionKind::create_partition
                                                       : ActionKind::create_table;
    if (const Json* relation = member(body, "relation")) {
        action.object = relation_name(*relation);
        action.offset = location_of(*relation);
        action.temporary = text_of(*relation, "relpersistence") == "t";
    }
    action.if_exists = flag_of(body, "if_not_exists");
    action.partitioned = member(body, "partspec") != nullptr;
    for (const auto& parent : items(body, "inhRelations")) {
        if (const Json* range = parent.find("RangeVar"))
            action.others.push_back(relation_name(*range));
    }
    for (const auto& element : items(body, "tableElts")) {
        const auto [kind, part] = unwrap(element);
        if (kind == "ColumnDef") action.columns.push_back(read_column(*part));
        if (kind == "Constraint" && is_row_constraint(*part))
            action.constraints.push_back(read_constraint(*part));
    }
    return action;
}

SqlAction read_create_table_as(const Json& body) {
    SqlAction action;
    const bool is_view = text_of(body, "objtype") == "OBJECT_MATVIEW";
    action.kind = is_view ? ActionKind::create_materialized_view : ActionKind::create_table_as;
    action.if_exists = flag_of(body, "if_not_exists");
    if (const Json* into = member(body, "into")) {
        if (const Json* relation = member(*into, "rel")) {
            action.object = relation_name(*relation);
            action.offset = location_of(*relation);
            action.temporary = text_of(*relation, "relpersistence") == "t";
        }
    }
    if (const Json* query = member(body, "query")) action.others = relations_in(*query);
    return action;
}

std::vector<SqlAction> read_alter_table(const Json& body) {
    std::vector<SqlAction> actions;
    const Json* relation = member(body, "relation");
    const std::string objtype = text_of(body, "objtype");
    const bool is_table = objtype == "OBJECT_TABLE" || objtype == "OBJECT_FOREIGN_TABLE";
    if (relation == nullptr || !is_table) return actions;
    for (const auto& item : items(body, "cmds")) {
        const Json* part = item.find("AlterTableCmd");
        if (part == nullptr) continue;
        actions.push_back(read_part(*part, relation_name(*relation), location_of(*relation)));
        actions.back().recursive = flag_of(*relation, "inh");
    }
    return actions;
}

SqlAction read_create_index(const Json& body) {
    SqlAction action;
    action.kind = ActionKind::create_index;
    action.name = text_of(body, "idxname");
    if (const Json* relation = member(body, "relation")) {
        action.object = relation_name(*relation);
        action.recursive = flag_of(*relation, "inh");
    }
    action.unique = flag_of(body, "unique");
    action.concurrently = flag_of(body, "concurrent");
    action.if_exists = flag_of(body, "if_not_exists");
    action.partial = member(body, "whereClause") != nullptr;
    for (const auto& parameter : items(body, "indexParams")) {
        const Json* element = parameter.find("IndexElem");
        action.keys.push_back(element == nullptr ? std::string() : text_of(*element, "name"));
    }
    action.new_name = text_of(body, "accessMethod");
    return action;
}

SqlAction read_rename(const Json& body) {
    using Rename = std::pair<std::string_view, ActionKind>;
    static constexpr std::array renames = std::to_array<Rename>({
        {"OBJECT_COLUMN", ActionKind::rename_column},
        {"OBJECT_TABLE", ActionKind::rename_table},
        {"OBJECT_VIEW", ActionKind::rename_table},
        {"OBJECT_MATVIEW", ActionKind::rename_table},
        {"OBJECT_INDEX", ActionKind::rename_index},
        {"OBJECT_SCHEMA", ActionKind::rename_schema},
        {"OBJECT_TABCONSTRAINT", ActionKind::rename_constraint},
        {"OBJECT_FUNCTION", ActionKind::rename_routine},
        {"OBJECT_PROCEDURE", ActionKind::rename_routine},
    });
    SqlAction action;
    const std::string type = text_of(body, "renameType");
    const auto found = std::ranges::find(renames, type, &Rename::first);
    if (found != renames.end()) action.kind = found->second;
    if (const Json* relation = member(body, "relation")) {
        action.object = relation_name(*relation);
        action.offset = location_of(*relation);
    }
    action.name = text_of(body, "subname");
    action.new_name = text_of(body, "newname");
    if (action.kind == ActionKind::rename_schema) action.object = {"", action.name};
    if (const Json* object = member(body, "object")) {
        if (const Json* routine = object->find("ObjectWithArgs"))
            action.object = qualified_name(items(*routine, "objname"));
    }
    return action;
}

}  // namespace keel::postgres
