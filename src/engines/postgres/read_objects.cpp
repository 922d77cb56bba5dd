#include "engines/postgres/read_objects.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "engines/postgres/parse_tree.hpp"
#include "engines/postgres/read_columns.hpp"

namespace keel::postgres {
namespace {

using Removal = std::pair<std::string_view, ActionKind>;
constexpr std::array removals = std::to_array<Removal>({
    {"OBJECT_TABLE", ActionKind::drop_table},
    {"OBJECT_FOREIGN_TABLE", ActionKind::drop_table},
    {"OBJECT_INDEX", ActionKind::drop_index},
    {"OBJECT_VIEW", ActionKind::drop_view},
    {"OBJECT_MATVIEW", ActionKind::drop_materialized_view},
    {"OBJECT_SCHEMA", ActionKind::drop_schema},
    {"OBJECT_FUNCTION", ActionKind::drop_routine},
    {"OBJECT_PROCEDURE", ActionKind::drop_routine},
    {"OBJECT_ROUTINE", ActionKind::drop_routine},
    {"OBJECT_AGGREGATE", ActionKind::drop_routine},
    {"OBJECT_TYPE", ActionKind::drop_type},
    {"OBJECT_DOMAIN", ActionKind::drop_type},
    {"OBJECT_TRIGGER", ActionKind::drop_trigger},
});

std::string argument_types(const std::vector<Json>& types) {
    std::string text;
    for (const auto& type : types) {
        const Json* name = type.find("TypeName");
        if (!text.empty()) text += ", ";
        if (name != nullptr) text += type_text(type_of(*name));
    }
    return text;
}

void read_object(const Json& object, SqlAction& action) {
    const auto [kind, body] = unwrap(object);
    if (kind == "String") action.object.name = text_of(*body, "sval");
    if (kind == "TypeName") action.object = qualified_name(items(*body, "names"));
    if (kind == "ObjectWithArgs") {
        action.object = qualified_name(items(*body, "objname"));
        action.signature = argument_types(items(*body, "objargs"));
    }
    if (kind != "List") return;
    const auto& parts = items(*body, "items");
    if (action.kind != ActionKind::drop_trigger) {
        action.object = qualified_name(parts);
        return;
    }
    // The last part is the trigger, what stands before it the table.
    if (parts.empty()) return;
    action.name = string_value(parts.back());
    action.object = qualified_name({parts.begin(), parts.end() - 1});
}

SqlAction about_relation(ActionKind kind, const Json& body, std::string_view key = "relation") {
    SqlAction action;
    action.kind = kind;
    if (const Json* relation = member(body, key)) {
        action.object = relation_name(*relation);
        action.offset = location_of(*relation);
    }
    return action;
}

void read_routine_option(const Json& option, SqlAction& action) {
    const std::string name = text_of(option, "defname");
    const Json* argument = member(option, "arg");
    if (argument == nullptr) return;
    const auto [kind, value] = unwrap(*argument);
    if (name == "security" && kind == "Boolean")
        action.security_definer = flag_of(*value, "boolval");
    if (name == "set" && kind == "VariableSetStmt" && text_of(*value, "name") == "search_path")
        action.sets_search_path = true;
    if (name == "as" && kind == "List" && !items(*value, "items").empty())
        action.body = string_value(items(*value, "items").front());
}

bool is_to_public(const Json& body) {
    return std::ranges::any_of(items(body, "grantees"), [](const Json& grantee) {
        const Json* role = grantee.find("RoleSpec");
        return role != nullptr && text_of(*role, "roletype") == "ROLESPEC_PUBLIC";
    });
}

bool selects_star(const Json& body) {
    const Json* select = member(body, "selectStmt");
    const Json* query = select == nullptr ? nullptr : select->find("SelectStmt");
    if (query == nullptr) return false;
    bool has_star = false;
    for (const auto& target : items(*query, "targetList"))
        walk(target, [&](std::string_view kind, const Json&) { has_star |= kind == "A_Star"; });
    return has_star;
}

}  // namespace

std::vector<SqlAction> read_drop(const Json& body) {
    std::vector<SqlAction> actions;
    const std::string type = text_of(body, "removeType");
    const auto found = std::ranges::find(removals, type, &Removal::first);
    for (const auto& object : items(body, "objects")) {
        SqlAction action;
        action.kind = found == removals.end() ? ActionKind::other : found->second;
        action.cascade = text_of(body, "behavior") == "DROP_CASCADE";
        action.if_exists = flag_of(body, "missing_ok");
        action.concurrently = flag_of(body, "concurrent");
        read_object(object, action);
        if (action.kind == ActionKind::drop_index) action.name = action.object.name;
        actions.push_back(std::move(action));
    }
    return actions;
}

std::vector<SqlAction> read_truncate(const Json& body) {
    std::vector<SqlAction> actions;
    for (const auto& relation : items(body, "relations")) {
        const Json* range = relation.find("RangeVar");
        if (range == nullptr) continue;
        SqlAction action;
        action.kind = ActionKind::truncate;
        action.object = relation_name(*range);
        action.offset = location_of(*range);
        action.cascade = text_of(body, "behavior") == "DROP_CASCADE";
        actions.push_back(std::move(action));
    }
    return actions;
}

std::vector<SqlAction> read_grant(const Json& body) {
    SqlAction action;
    action.kind = ActionKind::grant;
    if (!flag_of(body, "is_grant")) action.kind = ActionKind::other;
    action.to_public = is_to_public(body);
    action.grant_option = flag_of(body, "grant_option") || flag_of(body, "admin_opt");
    const auto& objects = items(body, "objects");
    if (!objects.empty()) {
        const auto [kind, object] = unwrap(objects.front());
        if (kind == "RangeVar") action.object = relation_name(*object);
        if (kind == "String") action.object.name = text_of(*object, "sval");
    }
    return {action};
}

SqlAction read_routine(const Json& body) {
    SqlAction action;
    action.kind = ActionKind::create_routine;
    action.object = qualified_name(items(body, "funcname"));
    action.or_replace = flag_of(body, "replace");
    for (const auto& item : items(body, "parameters")) {
        const Json* parameter = item.find("FunctionParameter");
        const Json* type = parameter == nullptr ? nullptr : member(*parameter, "argType");
        const std::string mode = parameter == nullptr ? "" : text_of(*parameter, "mode");
        if (type == nullptr || mode == "FUNC_PARAM_OUT" || mode == "FUNC_PARAM_TABLE") continue;
        if (!action.signature.empty()) action.signature += ", ";
        action.signature += type_text(type_of(*type));
    }
    if (const Json* result = member(body, "returnType")) action.type = type_of(*result);
    for (const auto& item : items(body, "options")) {
        if (const Json* option = item.find("DefElem")) read_routine_option(*option, action);
    }
    return action;
}

SqlAction read_enum(const Json& body) {
    SqlAction action;
    action.kind = ActionKind::create_enum;
    action.object = qualified_name(items(body, "typeName"));
    action.values = string_values(items(body, "vals"));
    return action;
}

SqlAction read_alter_enum(const Json& body) {
    SqlAction action;
    action.object = qualified_name(items(body, "typeName"));
    action.new_name = text_of(body, "newVal");
    action.name = text_of(body, "oldVal");
    action.kind = action.name.empty() ? ActionKind::add_enum_value : ActionKind::rename_enum_value;
    if (action.kind == ActionKind::add_enum_value) action.name = action.new_name;
    action.has_position = !text_of(body, "newValNeighbor").empty();
    action.if_exists = flag_of(body, "skipIfNewValExists");
    return action;
}

SqlAction read_create_domain(const Json& body) {
    SqlAction action;
    action.kind = ActionKind::create_domain;
    action.object = qualified_name(items(body, "domainname"));
    if (const Json* type = member(body, "typeName")) action.type = type_of(*type);
    for (const auto& item : items(body, "constraints")) {
        const Json* constraint = item.find("Constraint");
        if (constraint == nullptr) continue;
        const std::string contype = text_of(*constraint, "contype");
        if (contype != "CONSTR_CHECK" && contype != "CONSTR_NOTNULL") continue;
        action.constraints.push_back(read_constraint(*constraint));
    }
    return action;
}

SqlAction read_alter_domain(const Json& body) {
    SqlAction action;
    const std::string subtype = text_of(body, "subtype");
    if (subtype == "C") action.kind = ActionKind::add_domain_constraint;
    if (subtype == "O") action.kind = ActionKind::set_domain_not_null;
    action.object = qualified_name(items(body, "typeName"));
    const Json* definition = member(body, "def");
    const Json* constraint = definition == nullptr ? nullptr : definition->find("Constraint");
    if (constraint != nullptr) {
        action.constraints.push_back(read_constraint(*constraint));
        action.offset = action.constraints.back().offset;
    }
    return action;
}

SqlAction read_view(const Json& body) {
    SqlAction action = about_relation(ActionKind::create_view, body, "view");
    action.or_replace = flag_of(body, "replace");
    if (const Json* query = member(body, "query")) action.others = relations_in(*query);
    return action;
}

SqlAction read_trigger(const Json& body) {
    SqlAction action = about_relation(ActionKind::create_trigger, body);
    action.name = text_of(body, "trigname");
    action.or_replace = flag_of(body, "replace");
    return action;
}

SqlAction read_policy(const Json& body) {
    SqlAction action = about_relation(ActionKind::create_policy, body, "table");
    action.name = text_of(body, "policy_name");
    // Left out when it is false: then the policy restricts.
    action.restrictive = !flag_of(body, "permissive");
    return action;
}

SqlAction read_reindex(const Json& body) {
    SqlAction action = about_relation(ActionKind::reindex, body);
    const std::string kind = text_of(body, "kind");
    if (kind == "REINDEX_OBJECT_INDEX") std::swap(action.name, action.object.name);
    for (const auto& item : items(body, "params")) {
        const Json* parameter = item.find("DefElem");
        if (parameter != nullptr && text_of(*parameter, "defname") == "concurrently")
            action.concurrently = true;
    }
    return action;
}

SqlAction read_vacuum(const Json& body) {
    SqlAction action;
    const auto& tables = items(body, "rels");
    if (!tables.empty()) {
        const Json* table = tables.front().find("VacuumRelation");
        const Json* relation = table == nullptr ? nullptr : member(*table, "relation");
        if (relation != nullptr) action.object = relation_name(*relation);
    }
    action.kind = flag_of(body, "is_vacuumcmd") ? ActionKind::vacuum : ActionKind::analyze;
    for (const auto& item : items(body, "options")) {
        const Json* option = item.find("DefElem");
        if (option != nullptr && text_of(*option, "defname") == "full")
            action.kind = ActionKind::vacuum_full;
    }
    return action;
}

SqlAction read_setting(const Json& body) {
    SqlAction action;
    action.kind = ActionKind::set_parameter;
    action.name = text_of(body, "name");
    const auto& values = items(body, "args");
    const Json* constant = values.empty() ? nullptr : values.front().find("A_Const");
    if (constant == nullptr) return action;
    if (const Json* text = member(*constant, "sval")) action.new_name = text_of(*text, "sval");
    if (const Json* number = member(*constant, "ival"))
        action.new_name = std::to_string(number->integer_or("ival", 0));
    return action;
}

SqlAction read_transaction(const Json& body) {
    SqlAction action;
    action.name = text_of(body, "kind");
    action.kind = ActionKind::savepoint;
    if (action.name == "TRANS_STMT_BEGIN" || action.name == "TRANS_STMT_START")
        action.kind = ActionKind::begin;
    if (action.name == "TRANS_STMT_COMMIT" || action.name == "TRANS_STMT_PREPARE")
        action.kind = ActionKind::commit;
    if (action.name == "TRANS_STMT_ROLLBACK") action.kind = ActionKind::rollback;
    action.name.clear();
    return action;
}

SqlAction read_change(ActionKind kind, const Json& body) {
    SqlAction action = about_relation(kind, body);
    action.has_where = member(body, "whereClause") != nullptr;
    for (const auto& column : items(body, "cols")) {
        if (const Json* target = column.find("ResTarget"))
            action.keys.push_back(text_of(*target, "name"));
    }
    for (const auto& column : items(body, "targetList")) {
        if (const Json* target = column.find("ResTarget"))
            action.keys.push_back(text_of(*target, "name"));
    }
    action.select_star = selects_star(body);
    if (const Json* select = member(body, "selectStmt")) action.others = relations_in(*select);
    return action;
}

}  // namespace keel::postgres
