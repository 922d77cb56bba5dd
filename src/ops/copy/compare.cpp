#include "ops/copy/compare.hpp"

#include <fmt/format.h>

#include <map>

#include "base/error.hpp"
#include "db/copier.hpp"
#include "ops/kit/table_report.hpp"

namespace keel {
namespace {

struct Pair {
    const TableContent* source = nullptr;
    const TableContent* target = nullptr;
};

std::string difference(const Pair& pair) {
    if (pair.target == nullptr) return "is not in the target";
    if (pair.source == nullptr) return "is not in the source";
    if (pair.source->columns != pair.target->columns) return "has other columns";
    if (pair.source->rows != pair.target->rows)
        return fmt::format("has {} rows in the source, {} in the target", pair.source->rows,
                           pair.target->rows);
    return pair.source->digest == pair.target->digest ? "" : "has other values";
}

}  // namespace

void compare_databases(OperationContext& context, const CopySource& source, Report& report) {
    const Engine& engine = context.engine();
    const ConnectOptions target{.url = context.environment().url,
                                .read_only = true,
                                .ignore_ambient = context.is_testing(),
                                .session = context.environment().session,
                                .stop = context.context().stop};
    const auto& dialect = engine.dialect();
    const auto theirs =
        user_tables(dialect, engine.copier().digest(source.options(), context.context()));
    const auto ours = user_tables(dialect, engine.copier().digest(target, context.context()));
    std::map<std::string, Pair> pairs;
    for (const auto& table : theirs) pairs[table_name(table)].source = &table;
    for (const auto& table : ours) pairs[table_name(table)].target = &table;
    Json tables = Json::array();
    std::size_t differing = 0;
    for (const auto& [name, pair] : pairs) {
        const auto what = difference(pair);
        const auto rows = [](const TableContent* table) {
            return table == nullptr ? Json() : Json(table->rows);
        };
        tables.push_back(Json::object()
                             .set("name", name)
                             .set("rows", rows(pair.target))
                             .set("rows_source", rows(pair.source))
                             .set("equal", what.empty()));
        if (what.empty()) continue;
        ++differing;
        report.body.emplace_back(MarkedLine{Mark::failure, fmt::format("{} {}", name, what)});
    }
    report.has_findings = differing > 0;
    report.result.set("tables", std::move(tables)).set("equal", differing == 0);
    if (differing > 0) {
        report.next_steps.push_back(fmt::format("keel copy {} {} --dry-run",
                                                source.environment().name, context.choice().name));
        return;
    }
    report.body.emplace_back(
        MarkedLine{Mark::ok, fmt::format("'{}' holds what '{}' holds: {}", context.choice().name,
                                         source.environment().name, size_text(theirs))});
}

}  // namespace keel
