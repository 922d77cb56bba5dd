#include "ops/inspect/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/inspector.hpp"
#include "ops/inspect/catalog_json.hpp"
#include "ops/inspect/catalog_text.hpp"

namespace keel {

namespace {

// Up to here, counting every row and measuring every table costs less than a person notices.
constexpr std::int64_t small_database = 64 * 1024 * 1024;

struct Inspection {
    Catalog catalog;
    CatalogFigures figures;
};

/// What exact counts may fail with where an estimate still works: a lock held by somebody, a
/// deadline, a table that this role may not read.
bool estimate_serves_instead(ErrorKind kind) {
    return kind == ErrorKind::locked || kind == ErrorKind::timeout || kind == ErrorKind::sql;
}

class Reader {
  public:
    Reader(OperationContext& context, const OptionValues& options, Report& report)
        : context_(context), report_(report), wants_sizes_(options.flag("sizes")) {
        const auto size = context.engine().admin().info(context.connection()).size_bytes;
        is_small_ = size <= small_database;
    }

    Inspection read(const std::string& schema, const std::string& table) {
        // SQLite has to read the whole file to say what takes its space; PostgreSQL asks the file
        // system.
        const bool sizes =
            wants_sizes_ || is_small_ || context_.engine().kind() == EngineKind::postgres;
        InspectOptions options{.schema = schema, .table = table, .sizes = sizes};
        if (is_small_) {
            options.rows = RowCounts::exact;
            try {
                return {inspect(options), {.rows_exact = true, .sizes_known = sizes}};
            } catch (const Error& error) {
                if (!estimate_serves_instead(error.kind())) throw;
                report_.warnings.push_back(
                    fmt::format("row counts are estimates: {}", error.message()));
            }
        }
        options.rows = RowCounts::estimate;
        return {inspect(options), {.rows_exact = false, .sizes_known = sizes}};
    }

    /// Names only: cheap, for suggestions.
    Catalog names(const std::string& schema) { return inspect({.schema = schema, .table = {}}); }

  private:
    Catalog inspect(const InspectOptions& options) {
        context_.context().check_cancelled("inspect");
        return context_.engine().inspector().inspect(context_.connection(), options);
    }

    OperationContext& context_;
    Report& report_;
    bool wants_sizes_ = false;
    bool is_small_ = false;
};

std::vector<std::string> table_names(const Catalog& catalog) {
    std::vector<std::string> names;
    for (const auto& table : catalog.tables) names.push_back(table.name);
    return names;
}

[[noreturn]] void refuse_unknown_table(const Catalog& catalog, const std::string& table) {
    const auto is_view =
        std::ranges::any_of(catalog.views, [&](const View& view) { return view.name == table; });
    if (is_view) {
        throw Error(ErrorKind::not_found, fmt::format("'{}' is a view, not a table", table))
            .with_hint("show the views with: keel inspect --views --json");
    }
    const auto names = table_names(catalog);
    throw Error(ErrorKind::not_found,
                fmt::format("no table '{}'{}", table, did_you_mean(table, names)))
        .with_hint(names.empty() ? "the database has no tables yet; make some with: keel migrate up"
                                 : "list the tables with: keel inspect --tables");
}

void refuse_unknown_schema(Reader& reader, const std::string& schema) {
    const auto known = reader.names("").schemas;
    if (std::ranges::find(known, schema) != known.end()) return;
    throw Error(ErrorKind::not_found,
                fmt::format("no schema '{}'{}", schema, did_you_mean(schema, known)))
        .with_hint(known.empty() ? "this database has no schemas"
                                 : fmt::format("known schemas: {}", join(known, ", ")));
}

/// The table as named, or as schema.table when there is no such plain name.
Inspection read_table(Reader& reader, const std::string& schema, const std::string& table) {
    auto inspection = reader.read(schema, table);
    if (!inspection.catalog.tables.empty()) return inspection;
    const auto dot = table.find('.');
    if (schema.empty() && dot != std::string::npos) {
        inspection = reader.read(table.substr(0, dot), table.substr(dot + 1));
        if (!inspection.catalog.tables.empty()) return inspection;
    }
    refuse_unknown_table(reader.names(schema), table);
}

CatalogSections wanted_sections(const OptionValues& options) {
    CatalogSections sections{.tables = options.flag("tables"),
                             .indexes = options.flag("indexes"),
                             .constraints = options.flag("constraints"),
                             .triggers = options.flag("triggers"),
                             .functions = options.flag("functions"),
                             .views = options.flag("views")};
    const bool none = !sections.tables && !sections.indexes && !sections.constraints &&
                      !sections.triggers && !sections.functions && !sections.views;
    if (none) sections.tables = true;
    return sections;
}

void add_blocks(Report& report, std::vector<Block> blocks) {
    std::ranges::move(blocks, std::back_inserter(report.body));
}

}  // namespace

void inspect_database(OperationContext& context, const OptionValues& options, Report& report) {
    Reader reader(context, options, report);
    const auto schema = options.text("schema");
    const auto table = options.text("table");
    if (!schema.empty()) refuse_unknown_schema(reader, schema);

    const auto inspection =
        table.empty() ? reader.read(schema, "") : read_table(reader, schema, table);
    const auto& [catalog, figures] = inspection;
    report.result = catalog_json(catalog, figures);
    if (table.empty()) {
        add_blocks(report, catalog_lists(catalog, wanted_sections(options), figures));
    } else {
        for (const auto& found : catalog.tables) add_blocks(report, table_details(found, figures));
    }
    if (!figures.rows_exact && !catalog.tables.empty()) {
        report.body.emplace_back(Paragraph{"Rows marked ~ are the engine's estimates."});
    }
}

}  // namespace keel
