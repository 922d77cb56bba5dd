#include "engines/postgres/saved_schema.hpp"

#include "engines/postgres/connection.hpp"
#include "engines/postgres/restore_schema.hpp"
#include "engines/postgres/schema_read.hpp"
#include "engines/postgres/schema_tools.hpp"

namespace keel::postgres {
namespace {

SavedSchema try_out(const TableRestore& restore, const EngineOptions& options,
                    const Context& context) {
    const auto scratch = PostgresSchemaTools(options).make_scratch(
        {.url = restore.target, .run_id = restore.run_id}, context);
    Connection& connection = scratch->connection();
    const CancelOnStop cancel(context.stop, connection);
    for (const char* section : {"pre-data", "post-data"})
        restore_section(connection, restore.streams, section, context);
    return {.model = read_schema(connection), .tables = read_named_tables(connection)};
}

/// What can be said without having made them.
SavedSchema names_of(const DumpContent& content) {
    SavedSchema saved{.model = {}, .tables = {}, .is_known = false};
    for (const auto& table : content.tables)
        saved.tables.push_back({{table.schema, table.name}, {}});
    return saved;
}

}  // namespace

SavedSchema without_references(SavedSchema saved) {
    Keys gone;
    for (const auto& [key, object] : saved.model.objects) {
        const auto other = object.detail("references");
        if (object.kind == "foreign key" && saved.model.find("table:" + other) == nullptr)
            gone.insert(key);
    }
    for (const auto& [key, object] : saved.model.objects)
        if (gone.contains(object.owner)) gone.insert(key);
    saved.model = without(saved.model, gone);
    return saved;
}

SavedSchema read_saved_schema(const TableRestore& restore, const EngineOptions& options,
                              const Context& context) {
    const Json& details = restore.content.details;
    if (is_of_tables(restore.content))
        return {.model = schema_model_from_json(details.at("schema")),
                .tables = named_tables_from_json(details.at("named"))};
    try {
        return try_out(restore, options, context);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::config) throw;
        return names_of(restore.content);
    }
}

}  // namespace keel::postgres
