#include "base/text.hpp"
#include "ops/lint/schema_state.hpp"
#include "ops/lint/type_names.hpp"

namespace keel::lint {
namespace {

SqlConstraint constraint_of(const Constraint& live, EngineKind engine,
                            const StatementReader& reader) {
    if (engine == EngineKind::postgres) {
        // The definition is the grammar's own text.
        const auto read = reader.read("alter table t add " + live.definition);
        if (!read.actions.empty() && !read.actions[0].constraints.empty()) {
            SqlConstraint constraint = read.actions[0].constraints[0];
            constraint.name = live.name;
            constraint.not_valid = !live.validated;
            return constraint;
        }
    }
    SqlConstraint constraint;
    constraint.kind = live.kind;
    constraint.name = live.name;
    constraint.columns = live.columns;
    constraint.not_valid = !live.validated;
    if (!live.referenced_table.empty()) {
        SqlReference reference;
        const auto dot = live.referenced_table.find('.');
        const bool is_qualified = engine == EngineKind::postgres && dot != std::string::npos;
        reference.table = is_qualified ? SqlName{live.referenced_table.substr(0, dot),
                                                 live.referenced_table.substr(dot + 1)}
                                       : SqlName{"", live.referenced_table};
        reference.columns = live.referenced_columns;
        for (const auto* action : {"cascade", "set null", "set default"})
            if (to_lower(live.definition).find(std::string("on delete ") + action) !=
                std::string::npos)
                reference.on_delete = action;
        constraint.references = std::move(reference);
    }
    return constraint;
}

SqlColumn column_of(const Column& live, EngineKind engine) {
    SqlColumn column;
    column.name = engine == EngineKind::sqlite ? to_lower(live.name) : live.name;
    column.type = engine == EngineKind::postgres ? type_of_catalog(live.type)
                                                 : SqlType{to_lower(live.type), {}, false};
    column.not_null = !live.nullable;
    column.default_kind = live.default_expression ? DefaultKind::constant : DefaultKind::none;
    column.identity = live.generated.starts_with("identity");
    column.generated_stored = live.generated == "stored";
    column.generated_virtual = live.generated == "virtual";
    return column;
}

TableState table_of(const Table& live, EngineKind engine, const StatementReader& reader) {
    TableState table;
    table.name = engine == EngineKind::postgres ? known_name({live.schema, live.name})
                                                : SqlName{"", to_lower(live.name)};
    table.partitioned = live.kind == TableKind::partitioned;
    table.rows = live.rows;
    table.strict = live.options.find("strict") != std::string::npos;
    table.without_rowid = live.options.find("without rowid") != std::string::npos;
    for (const auto& column : live.columns) table.columns.push_back(column_of(column, engine));
    for (const auto& constraint : live.constraints)
        if (constraint.kind != ConstraintKind::not_null)
            table.constraints.push_back(constraint_of(constraint, engine, reader));
    for (const auto& index : live.indexes) {
        const bool is_partial = to_lower(index.definition).find(" where ") != std::string::npos;
        table.indexes.push_back({.name = index.name,
                                 .keys = index.columns,
                                 .unique = index.unique,
                                 .partial = is_partial,
                                 .method = {},
                                 .of_constraint = index.primary});
    }
    for (const auto& trigger : live.triggers) table.triggers.insert(trigger.name);
    return table;
}

}  // namespace

SchemaState SchemaState::from(const Catalog& catalog, EngineKind engine,
                              const StatementReader& reader) {
    SchemaState state(engine);
    for (const Table& live : catalog.tables) {
        TableState table = table_of(live, engine, reader);
        const SqlName name = table.name;
        state.tables_[name] = std::make_shared<const TableState>(std::move(table));
    }
    const bool is_postgres = engine == EngineKind::postgres;
    for (const View& view : catalog.views) {
        const std::string name = known_name({is_postgres ? view.schema : "", view.name}).text();
        state.names_.views[name] = {};
        if (view.materialized) state.names_.materialized_views.insert(name);
    }
    for (const Routine& routine : catalog.routines)
        state.names_.routines[known_name({routine.schema, routine.name}).text()].insert(
            routine.signature);
    return state;
}

}  // namespace keel::lint
