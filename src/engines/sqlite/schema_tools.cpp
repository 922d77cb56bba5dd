#include "engines/sqlite/schema_tools.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engines/sqlite/connection.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/schema_plan.hpp"
#include "engines/sqlite/schema_table.hpp"

namespace keel::sqlite {
namespace {

void add_columns(SchemaModel& model, const SchemaObject& table, const TableText& text) {
    for (const auto& column : text.columns) {
        SchemaObject object;
        object.kind = "column";
        object.name = fmt::format("{}.{}", table.name, to_lower(column.name));
        object.owner = table.key();
        object.depends = {table.key()};
        object.facts = {{"definition", column.definition}};
        object.details = {{"text", column.text}, {"name", column.name}};
        model.add(std::move(object));
    }
}

void add_object(SchemaModel& model, const Row& row) {
    SchemaObject object;
    object.kind = row.string(0);
    object.name = to_lower(row.text(1));
    object.create = row.string(3);
    object.drop = fmt::format("drop {} {}", object.kind, quote_name(row.text(1)));
    object.details = {{"name", row.string(1)}, {"sql", object.create}};
    if (object.kind == "table" && !row.boolean(4)) {
        const auto text = read_table_text(object.create);
        object.facts = {{"constraints", join(text.constraints, "; ")}, {"options", text.options}};
        add_columns(model, object, text);
    } else {
        object.facts = {{"definition", canonical_sql(object.create)}};
    }
    if (row.boolean(4)) object.kind = "virtual table";
    if (object.kind == "index" || object.kind == "trigger") {
        const bool is_view = row.boolean(5);
        object.owner = (is_view ? "view:" : "table:") + to_lower(row.text(2));
        object.depends = {object.owner};
    }
    model.add(std::move(object));
}

class MemoryDatabase final : public ScratchDatabase {
  public:
    MemoryDatabase() : connection_(options()) {}
    Connection& connection() override { return connection_; }

  private:
    static OpenOptions options() {
        OpenOptions options;
        options.in_memory = true;
        options.read_only = false;
        return options;
    }

    SqliteConnection connection_;
};

}  // namespace

SchemaModel SqliteSchemaTools::read(Connection& connection) const {
    SchemaModel model;
    connection.query(
        "select s.type, s.name, s.tbl_name, s.sql, "
        "coalesce((select l.type = 'virtual' from pragma_table_list l where l.schema = 'main' and "
        "l.name = s.name), 0), "
        "exists (select 1 from sqlite_schema v where v.type = 'view' and v.name = s.tbl_name "
        "collate nocase) "
        "from sqlite_schema s where s.sql is not null "
        "and s.name not like 'sqlite\\_%' escape '\\' "
        "and s.tbl_name not in (select name from pragma_table_list where schema = 'main' and type "
        "= 'shadow') order by s.type, s.name",
        {}, [&](const Row& row) {
            if (!is_internal_table(row.text(2))) add_object(model, row);
        });
    return model;
}

SchemaModel SqliteSchemaTools::blank() const {
    return {};
}

std::vector<SchemaStep> SqliteSchemaTools::plan(const SchemaModel& from, const SchemaModel& to,
                                                const SchemaPlanOptions&) const {
    return plan_schema(from, to);
}

SchemaSections SqliteSchemaTools::write(const SchemaModel& model) const {
    SchemaSections sections;
    for (auto& step : plan_schema({}, model)) {
        const bool is_late =
            step.object.starts_with("index:") || step.object.starts_with("trigger:");
        (is_late ? sections.post_data : sections.pre_data).push_back(std::move(step.sql));
    }
    return sections;
}

std::string SqliteSchemaTools::rename(const SchemaRename& rename) const {
    const auto& [kind, from, to] = rename;
    const auto dot = from.rfind('.');
    if (kind == "table") return fmt::format("alter table {} rename to {}", quote_name(from), to);
    if (kind == "column" && dot != std::string::npos)
        return fmt::format("alter table {} rename column {} to {}", quote_name(from.substr(0, dot)),
                           quote_name(from.substr(dot + 1)), to);
    throw Error(ErrorKind::unsupported,
                fmt::format("SQLite renames tables and columns; a {} is made anew", kind));
}

std::unique_ptr<ScratchDatabase> SqliteSchemaTools::make_scratch(const ScratchOptions&,
                                                                 const Context&) const {
    return std::make_unique<MemoryDatabase>();
}

}  // namespace keel::sqlite
