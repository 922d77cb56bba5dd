#include "ops/migrate/rehearsal_estimate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/inspector.hpp"

namespace keel {
namespace {

/// "public.users" and "users", with and without quotes, are one table's names.
std::string plain_name(std::string_view name) {
    auto plain = replace_all(std::string(name), "\"", "");
    for (const char* usual : {"public.", "main."})
        if (plain.starts_with(usual)) plain.erase(0, std::string_view(usual).size());
    return plain;
}

std::set<std::string> observed_tables(const ObservedStatement& statement) {
    std::set<std::string> tables;
    for (const auto& table : statement.rewritten) tables.insert(plain_name(table));
    for (const auto& [table, rows] : statement.rows_read) tables.insert(plain_name(table));
    for (const auto& [table, rows] : statement.rows_written) tables.insert(plain_name(table));
    return tables;
}

std::set<std::string> touched_tables(const ObservedStatement& statement) {
    auto tables = observed_tables(statement);
    for (const auto& table : statement.named) tables.insert(plain_name(table));
    return tables;
}

std::map<std::string, std::uint64_t> rows_of(const RehearsedMigration& step) {
    std::map<std::string, std::uint64_t> rows;
    for (const auto& [table, count] : step.tables) rows.emplace(plain_name(table), count);
    return rows;
}

}  // namespace

SizeEstimate::SizeEstimate(OperationContext& context, const std::string& environment) {
    const auto there = context.project().environment(environment);
    environment_ = there.name;
    if (there.url.engine() != context.environment().url.engine())
        throw Error(
            ErrorKind::usage,
            fmt::format("'{}' is {} and '{}' is {}: times of one say nothing of the other",
                        there.name, to_string(there.url.engine()), context.environment().name,
                        to_string(context.environment().url.engine())))
            .with_hint("rehearse on an environment of the same engine");
    try {
        const auto connection =
            context.engine().connect({.url = there.url,
                                      .read_only = true,
                                      .ignore_ambient = context.is_testing(),
                                      .session = there.session,
                                      .application_name = "keel migrate rehearse",
                                      .stop = context.context().stop});
        const auto catalog = context.engine().inspector().inspect(
            *connection, {.rows = RowCounts::estimate, .sizes = true});
        for (const Table& table : catalog.tables) {
            TableSize size{.rows = std::nullopt, .bytes = static_cast<std::uint64_t>(table.bytes)};
            if (table.rows && *table.rows >= 0) size.rows = static_cast<std::uint64_t>(*table.rows);
            const auto name = table.schema.empty() ? table.name : table.schema + "." + table.name;
            sizes_.emplace(plain_name(name), size);
        }
    } catch (Error& error) {
        error.add_trail(fmt::format("read the sizes of '{}'", there.name));
        throw;
    }
}

StepEstimate SizeEstimate::of(const RehearsedMigration& step) const {
    const auto here = rows_of(step);
    StepEstimate estimate{.up = step.up};
    std::set<std::string> unknown;
    for (const ObservedStatement& statement : step.statements) {
        const double factor = factor_of(statement, here, unknown);
        if (factor <= 0) continue;
        const auto longer = static_cast<double>(statement.duration.count()) * (factor - 1);
        estimate.up += std::chrono::microseconds(static_cast<std::int64_t>(longer));
    }
    estimate.up = std::max(estimate.up, std::chrono::microseconds(0));
    estimate.unknown.assign(unknown.begin(), unknown.end());
    return estimate;
}

double SizeEstimate::factor_of(const ObservedStatement& statement,
                               const std::map<std::string, std::uint64_t>& here,
                               std::set<std::string>& unknown) const {
    double factor = 0;
    const auto seen = observed_tables(statement);
    for (const auto& table : touched_tables(statement)) {
        const auto mine = here.find(table);
        const auto theirs = sizes_.find(table);
        if (mine == here.end() || theirs == sizes_.end()) continue;  // made on the way
        const auto& rows = theirs->second.rows;
        if (!rows || (mine->second == 0 && *rows > 0)) unknown.insert(table);
        const bool counts = !statement.is_observed || seen.contains(table);
        if (!rows || mine->second == 0 || !counts) continue;
        factor = std::max(factor, static_cast<double>(*rows) / static_cast<double>(mine->second));
    }
    return factor;
}

Json SizeEstimate::tables_json(const RehearsedMigration& first) const {
    Json list = Json::array();
    const auto here = rows_of(first);
    for (const auto& [table, size] : sizes_) {
        const auto mine = here.find(table);
        if (mine == here.end()) continue;
        list.push_back(Json::object()
                           .set("table", table)
                           .set("rows_copy", mine->second)
                           .set("rows", size.rows ? Json(*size.rows) : Json())
                           .set("bytes", size.bytes));
    }
    return list;
}

}  // namespace keel
