#include "ops/migrate/outcomes.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "ops/kit/operation_context.hpp"
#include "ops/migrate/script.hpp"

namespace keel {
namespace {

Json outcome_json(const MigrationOutcome& outcome) {
    Json json = Json::object();
    json.set("version", outcome.version).set("name", outcome.name);
    json.set("statements", outcome.statements).set("duration_ms", outcome.duration_ms);
    return json;
}

std::string outcome_line(const MigrationOutcome& outcome, std::string_view key) {
    return fmt::format("{} {}  {} statement{}, {}", key,
                       migration_label(outcome.version, outcome.name), outcome.statements,
                       outcome.statements == 1 ? "" : "s",
                       format_duration(std::chrono::milliseconds(outcome.duration_ms)));
}

}  // namespace

OutcomeReport::OutcomeReport(OperationContext& context, Report& report, std::string_view key)
    : context_(context), report_(report), key_(key) {
    report.result.set(key_, Json::array());
}

OutcomeReport::~OutcomeReport() {
    Json::Array items;
    items.reserve(outcomes_.size());
    for (const MigrationOutcome& outcome : outcomes_) items.push_back(outcome_json(outcome));
    report_.result.set(key_, Json::array(std::move(items)));
    const auto& backup = context_.safety_backup();
    report_.result.set("backup", backup ? Json(*backup) : Json());
}

void OutcomeReport::add(MigrationOutcome outcome) {
    report_.body.emplace_back(MarkedLine{Mark::ok, outcome_line(outcome, key_)});
    if (!outcome.note.empty()) report_.warnings.push_back(outcome.note);
    outcomes_.push_back(std::move(outcome));
}

void OutcomeReport::add_failure(std::string_view label) {
    report_.body.emplace_back(MarkedLine{Mark::failure, fmt::format("failed  {}", label)});
}

std::string count_migrations(std::size_t count) {
    return fmt::format("{} migration{}", count, count == 1 ? "" : "s");
}

void report_end(OperationContext& context, Report& report, const std::string& current) {
    const auto& backup = context.safety_backup();
    report.result.set("backup", backup ? Json(*backup) : Json());
    report.result.set("current", current.empty() ? Json() : Json(current));
    report.body.emplace_back(
        Paragraph{current.empty() ? "no migration is applied" : fmt::format("now at {}", current)});
    if (!backup) return;
    report.body.emplace_back(Paragraph{
        context.is_safety_backup_of_tables()
            ? fmt::format(
                  "safety backup {} of the tables it touches: keel backup restore {} brings "
                  "their rows back",
                  *backup, *backup)
            : fmt::format("safety backup {}: keel undo brings it back", *backup)});
}

}  // namespace keel
