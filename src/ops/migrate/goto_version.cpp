#include "ops/migrate/goto_version.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "ops/migrate/outcomes.hpp"
#include "ops/migrate/sources.hpp"

namespace keel {
namespace {

/// The newest applied version that is not newer than `version`; "0" when there is none.
std::string stays_applied(const Standing& standing, std::string_view version) {
    std::string stays = "0";
    for (const AppliedEntry& entry : standing.applied) {
        if (entry.is_repeatable() || standing.is_newer(entry.row.version, version)) continue;
        if (stays == "0" || standing.is_newer(entry.row.version, stays)) stays = entry.row.version;
    }
    return stays;
}

bool has_newer(const Standing& standing, std::string_view version) {
    for (const AppliedEntry& entry : standing.applied)
        if (!entry.is_repeatable() && standing.is_newer(entry.row.version, version)) return true;
    return false;
}

void check_known(const Standing& standing, const std::vector<Migration>& files,
                 const std::string& version) {
    std::vector<std::string> known;
    for (const Migration& file : files) known.push_back(file.version);
    for (const AppliedEntry& entry : standing.applied) known.push_back(entry.row.version);
    for (const std::string& one : known)
        if (version_key(one) == version_key(version)) return;
    throw Error(ErrorKind::not_found, fmt::format("no migration has the version '{}'{}", version,
                                                  did_you_mean(version, known)))
        .with_hint("list them with: keel migrate status; 0 is before the first");
}

}  // namespace

std::unique_ptr<Operation> make_goto(const OptionValues& options) {
    return std::make_unique<MigrateGoto>(options.text("version"));
}

Plan MigrateGoto::plan(OperationContext& context) {
    const auto files = read_migrations(context);
    const Standing standing = compare(files, read_history(context));
    const std::string version = version_of_argument(standing, version_);
    const bool is_start = version_key(version) == "0" && !standing.order.contains("0");
    if (!is_start) check_known(standing, files, version);
    Plan plan;
    down_.reset();
    up_.reset();
    if (is_start || has_newer(standing, version)) {
        DownTarget target;
        target.to = is_start ? "0" : stays_applied(standing, version);
        plan = down_.emplace(std::move(target)).plan(context);
    }
    if (is_start) return plan;
    UpTarget target;
    target.to = version;
    Plan up = up_.emplace(std::move(target)).plan(context);
    for (PlanStep& step : up.steps) plan.steps.push_back(std::move(step));
    return plan;
}

void MigrateGoto::apply(OperationContext& context, Report& report) {
    const bool goes_down = down_ && !down_->plan(context).empty();
    if (goes_down) down_->apply(context, report);
    if (!up_) return;
    // Planned anew: the way down has added to the history.
    if (!up_->plan(context).empty()) up_->apply(context, report);
}

void MigrateGoto::nothing_to_do(OperationContext& context, Report& report) {
    const auto files = read_migrations(context);
    report.result.set("reverted", Json::array()).set("applied", Json::array());
    report.body.emplace_back(
        MarkedLine{Mark::ok, fmt::format("nothing to do: the database is at {}", version_)});
    report_end(context, report, compare(files, read_history(context)).newest);
}

}  // namespace keel
