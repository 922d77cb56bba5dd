#include "ops/inspect/catalog_json.hpp"

namespace keel {

namespace {

Json text_or_null(const std::string& text) {
    return text.empty() ? Json() : Json(text);
}

Json column_json(const Column& column) {
    Json json = Json::object();
    json.set("name", column.name).set("type", column.type).set("nullable", column.nullable);
    json.set("default", column.default_expression ? Json(*column.default_expression) : Json());
    json.set("generated", text_or_null(column.generated));
    json.set("collation", text_or_null(column.collation));
    return json;
}

Json index_json(const Index& index, bool sizes_known) {
    Json json = Json::object();
    json.set("name", index.name).set("columns", Json::from(index.columns));
    json.set("unique", index.unique).set("primary", index.primary).set("valid", index.valid);
    json.set("bytes", sizes_known ? Json(index.bytes) : Json());
    json.set("definition", text_or_null(index.definition));
    return json;
}

Json constraint_json(const Constraint& constraint) {
    Json json = Json::object();
    json.set("name", text_or_null(constraint.name)).set("kind", to_string(constraint.kind));
    json.set("columns", Json::from(constraint.columns));
    json.set("definition", constraint.definition);
    if (constraint.kind == ConstraintKind::foreign_key) {
        json.set("references", constraint.referenced_table);
        json.set("referenced_columns", Json::from(constraint.referenced_columns));
    }
    json.set("validated", constraint.validated);
    return json;
}

Json trigger_json(const Trigger& trigger) {
    Json json = Json::object();
    json.set("name", trigger.name).set("table", trigger.table).set("enabled", trigger.enabled);
    json.set("definition", trigger.definition);
    return json;
}

template <typename Items, typename Convert>
Json list(const Items& items, const Convert& convert) {
    Json json = Json::array();
    for (const auto& item : items) json.push_back(convert(item));
    return json;
}

Json table_json(const Table& table, const CatalogFigures& figures) {
    Json json = Json::object();
    json.set("schema", text_or_null(table.schema)).set("name", table.name);
    json.set("kind", to_string(table.kind));
    json.set("rows", table.rows ? Json(*table.rows) : Json());
    json.set("rows_exact", figures.rows_exact && table.rows.has_value());
    json.set("bytes", figures.sizes_known ? Json(table.bytes) : Json());
    json.set("columns", list(table.columns, column_json));
    json.set("indexes", list(table.indexes, [&](const Index& index) {
                 return index_json(index, figures.sizes_known);
             }));
    json.set("constraints", list(table.constraints, constraint_json));
    json.set("triggers", list(table.triggers, trigger_json));
    json.set("options", text_or_null(table.options)).set("comment", text_or_null(table.comment));
    return json;
}

Json view_json(const View& view) {
    Json json = Json::object();
    json.set("schema", text_or_null(view.schema)).set("name", view.name);
    json.set("materialized", view.materialized).set("definition", view.definition);
    json.set("triggers", list(view.triggers, trigger_json));
    return json;
}

Json routine_json(const Routine& routine) {
    Json json = Json::object();
    json.set("schema", text_or_null(routine.schema)).set("name", routine.name);
    json.set("signature", routine.signature).set("kind", routine.kind);
    json.set("definition", routine.definition);
    return json;
}

}  // namespace

Json catalog_json(const Catalog& catalog, const CatalogFigures& figures) {
    Json triggers = Json::array();
    for (const auto& table : catalog.tables) {
        for (const auto& trigger : table.triggers) triggers.push_back(trigger_json(trigger));
    }
    for (const auto& view : catalog.views) {
        for (const auto& trigger : view.triggers) triggers.push_back(trigger_json(trigger));
    }
    Json json = Json::object();
    json.set("schemas", Json::from(catalog.schemas));
    json.set("tables",
             list(catalog.tables, [&](const Table& table) { return table_json(table, figures); }));
    json.set("functions", list(catalog.routines, routine_json));
    json.set("views", list(catalog.views, view_json));
    json.set("triggers", std::move(triggers));
    return json;
}

}  // namespace keel
