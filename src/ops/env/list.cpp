#include "ops/env/list.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "ops/env/overview.hpp"

namespace keel {
namespace {

Json text_or_null(std::string_view text) {
    return text.empty() ? Json() : Json(text);
}

Json backup_json(const std::optional<BackupSummary>& backup) {
    if (!backup) return {};
    return Json::object()
        .set("id", backup->id)
        .set("created_at", backup->created_at)
        .set("verified", backup->verified);
}

Json row_json(const EnvironmentOverview& one) {
    const auto& migrations = one.migrations;
    return Json::object()
        .set("name", one.name)
        .set("kind", to_string(one.kind))
        .set("engine", one.url ? Json(to_string(one.url->engine())) : Json())
        .set("url", one.url ? Json(one.url->redacted()) : Json())
        .set("protected", one.is_protected)
        .set("active", one.is_active)
        .set("reachable", one.is_reachable)
        .set("version", migrations ? text_or_null(migrations->current) : Json())
        .set("pending", migrations ? Json(migrations->pending.size()) : Json())
        .set("size_bytes", one.size_bytes ? Json(*one.size_bytes) : Json())
        .set("last_backup", backup_json(one.last_backup))
        .set("problem", text_or_null(one.problem));
}

std::vector<std::string> row_text(const EnvironmentOverview& one) {
    const auto& migrations = one.migrations;
    std::string version = "?";
    if (migrations) version = migrations->current.empty() ? "none" : migrations->current;
    return {one.is_active ? "*" : "",
            one.name,
            fmt::format("{}{}", to_string(one.kind), one.is_protected ? ", protected" : ""),
            one.url ? one.url->redacted() : "?",
            one.is_reachable ? "yes" : "no",
            version,
            migrations ? fmt::format("{}", migrations->pending.size()) : "?",
            one.size_bytes ? format_bytes(static_cast<std::uint64_t>(*one.size_bytes)) : "?",
            one.last_backup ? one.last_backup->created_at : "none"};
}

}  // namespace

void list_environments(OperationContext& context, const OptionValues&, Report& report) {
    Json rows = Json::array();
    TextTable table{.header = {"", "name", "kind", "database", "reachable", "version", "pending",
                               "size", "last backup"},
                    .rows = {},
                    .right_aligned = {false, false, false, false, false, false, true, true}};
    std::vector<MarkedLine> problems;
    for (const auto& one : overview_environments(context)) {
        rows.push_back(row_json(one));
        table.rows.push_back(row_text(one));
        if (!one.problem.empty())
            problems.push_back({Mark::warning, fmt::format("{}: {}", one.name, one.problem)});
    }
    report.result.set("environments", std::move(rows));
    report.body.emplace_back(std::move(table));
    for (auto& problem : problems) report.body.emplace_back(std::move(problem));
}

}  // namespace keel
