#include "engines/sqlite/content.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <functional>
#include <map>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "db/dumper.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/connection.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/file_check.hpp"
#include "engines/sqlite/inspect.hpp"

namespace keel::sqlite {
namespace {

constexpr std::uint64_t rows_between_looks = 8192;
constexpr std::int64_t unknown_violations = -1;

struct TableName {
    std::string name;
    std::uint32_t root = 0;
    bool is_hidden = false;
};

std::vector<TableName> tables_of(Connection& connection) {
    std::map<std::string, std::uint32_t, std::less<>> roots;
    connection.query("select name, rootpage from sqlite_schema where type = 'table'", {},
                     [&](const Row& row) {
                         roots.emplace(row.string(0), static_cast<std::uint32_t>(row.integer(1)));
                     });
    std::vector<TableName> tables;
    connection.query(
        "select name, type from pragma_table_list "
        "where schema = 'main' and type in ('table', 'shadow') order by name",
        {}, [&](const Row& row) {
            const auto root = roots.find(row.text(0));
            if (root == roots.end()) return;  // sqlite_schema itself
            const bool is_hidden =
                row.text(1) == "shadow" || starts_with_ignore_case(row.text(0), "sqlite_");
            tables.push_back({root->first, root->second, is_hidden});
        });
    return tables;
}

RowDigest digest_rows(Connection& connection, const std::string& table, const Context& context) {
    CopySpec spec;
    spec.table = table;
    spec.format = CopyFormat::binary;
    const auto source = connection.copy_out(spec);
    RowDigest digest;
    for (auto row = source->next(); !row.empty(); row = source->next()) {
        digest.add(row);
        if (digest.rows() % rows_between_looks != 0) continue;
        context.check_cancelled("digest");
        context.progress.on({.phase = "digest",
                             .item = table,
                             .done = digest.rows(),
                             .total = 0,
                             .unit = ProgressUnit::rows});
    }
    return digest;
}

}  // namespace

std::vector<std::string> user_tables(Connection& connection) {
    std::vector<std::string> names;
    for (auto& table : tables_of(connection))
        if (!table.is_hidden) names.push_back(std::move(table.name));
    return names;
}

std::vector<TableContent> digest_user_tables(Connection& connection, const Context& context) {
    std::vector<TableContent> tables;
    for (auto& name : user_tables(connection)) {
        const auto digest = digest_rows(connection, name, context);
        TableContent table;
        table.name = std::move(name);
        table.rows = digest.rows();
        table.digest = digest.hex();
        tables.push_back(std::move(table));
    }
    return tables;
}

namespace {

void run_check(Connection& connection, const std::string& pragma) {
    const auto problem = connection.query_text(pragma);
    if (problem == "ok") return;
    throw Error(ErrorKind::integrity, fmt::format("the database is damaged: {}",
                                                  escape_controls(problem.value_or("unknown"))))
        .with_hint("see everything that is wrong with: keel db check");
}

}  // namespace

void check_damage(Connection& connection) {
    run_check(connection, "pragma quick_check(1)");
}

void check_damage(Connection& connection, const std::string& table) {
    run_check(connection, fmt::format("pragma quick_check({})", SqliteDialect().literal(table)));
}

std::int64_t count_violations(Connection& connection) {
    try {
        return connection.query_integer("select count(*) from pragma_foreign_key_check");
    } catch (const Error& error) {
        // A reference to columns without a unique index: the schema itself is wrong, and stays so.
        if (error.kind() != ErrorKind::sql) throw;
        return unknown_violations;
    }
}

namespace {

Json read_settings(Connection& connection) {
    auto settings = Json::object();
    settings.set("page_size", connection.query_integer("pragma page_size"));
    settings.set("page_count", connection.query_integer("pragma page_count"));
    settings.set("encoding", connection.query_text("pragma encoding").value_or(""));
    settings.set("user_version", connection.query_integer("pragma user_version"));
    settings.set("application_id", connection.query_integer("pragma application_id"));
    settings.set("auto_vacuum", connection.query_integer("pragma auto_vacuum"));
    return settings;
}

TreePages tree_of(const PageSnapshot& pages, const LeafCells* leaves) {
    return {
        .count = pages.page_count(),
        .size = pages.page_size(),
        .read = [&](std::uint32_t page, std::span<std::byte> bytes) { pages.read(page, bytes); },
        .leaves = leaves};
}

}  // namespace

std::vector<TableContent> count_user_tables(Connection& connection, const PageSnapshot& pages,
                                            const LeafCells* leaves) {
    const auto tree = tree_of(pages, leaves);
    std::vector<TableContent> tables;
    for (const auto& [name, root, is_hidden] : tables_of(connection))
        if (!is_hidden)
            tables.push_back({.schema = {}, .name = name, .rows = count_rows(tree, root)});
    return tables;
}

DumpContent read_content(Connection& connection, const PageSnapshot& pages,
                         const LeafCells* leaves) {
    DumpContent content;
    content.engine = EngineKind::sqlite;
    content.server_version = sqlite3_libversion();
    content.schema_fingerprint = SqliteInspector().fingerprint(connection);
    content.details = read_settings(connection);
    const auto tree = tree_of(pages, leaves);
    auto hidden = Json::array();
    for (const auto& [name, root, is_hidden] : tables_of(connection)) {
        const std::uint64_t rows = count_rows(tree, root);
        if (is_hidden)
            hidden.push_back(Json::object().set("name", name).set("rows", rows));
        else
            content.tables.push_back({.schema = {}, .name = name, .rows = rows});
    }
    content.details.set("hidden_tables", std::move(hidden));
    return content;
}

DumpContent read_content(const std::filesystem::path& file, const LeafCells* leaves,
                         const Context& context) {
    SqliteConnection connection(private_file(file));
    const CancelOnStop cancel(context.stop, connection);
    auto pages = PageSnapshot::take(connection);
    if (!pages) throw Error(ErrorKind::internal, "the pages of a restored database cannot be read");
    check_file(file, connection, *pages, leaves, context);
    auto content = read_content(connection, *pages, leaves);
    pages->end();
    return content;
}

std::string digest_content(const std::filesystem::path& file, const Context& context) {
    SqliteConnection connection(private_file(file));
    const CancelOnStop cancel(context.stop, connection);
    std::string result;
    for (const auto& table : tables_of(connection)) {
        const auto digest = digest_rows(connection, table.name, context);
        result += fmt::format("{} {} {}\n", table.name, digest.rows(), digest.hex());
    }
    return result;
}

namespace {

void compare_tables(const std::string& name, std::uint64_t rows, const DumpContent& actual,
                    std::vector<std::string>& differences) {
    for (const auto& table : actual.tables) {
        if (table.name != name) continue;
        if (table.rows != rows) {
            differences.push_back(
                fmt::format("table '{}' has {} rows instead of {}", name, table.rows, rows));
        }
        return;
    }
    differences.push_back(fmt::format("table '{}' is missing", name));
}

}  // namespace

std::vector<std::string> compare_content(const DumpContent& expected, const DumpContent& actual) {
    std::vector<std::string> differences;
    if (expected.schema_fingerprint != actual.schema_fingerprint) {
        differences.push_back("the schema differs");
    }
    for (const auto& table : expected.tables) {
        compare_tables(table.name, table.rows, actual, differences);
    }
    if (expected.tables.size() < actual.tables.size()) {
        differences.push_back(
            fmt::format("{} tables instead of {}", actual.tables.size(), expected.tables.size()));
    }
    // The page size may have been made that of the target; these may not change.
    for (const auto* key : {"encoding", "user_version", "application_id", "hidden_tables"}) {
        const Json* wanted = expected.details.find(key);
        const Json* found = actual.details.find(key);
        if (wanted && found && !(*wanted == *found)) {
            differences.push_back(fmt::format("{} differ", replace_all(key, "_", " ")));
        }
    }
    return differences;
}

}  // namespace keel::sqlite
