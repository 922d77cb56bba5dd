#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/report.hpp"
#include "ops/migrate/run.hpp"

namespace keel {

class OperationContext;

/// Collects what a run of migrations did and puts it into the report when it ends, whether it ended
/// well or with an error. `key` is "applied" or "reverted".
class OutcomeReport {
  public:
    OutcomeReport(OperationContext& context, Report& report, std::string_view key);
    ~OutcomeReport();
    OutcomeReport(const OutcomeReport&) = delete;
    OutcomeReport& operator=(const OutcomeReport&) = delete;

    void add(MigrationOutcome outcome);
    /// The migration that failed: shown, not counted.
    void add_failure(std::string_view label);
    /// The database was put back as it was before all of them.
    void withdraw() { outcomes_.clear(); }
    std::size_t count() const noexcept { return outcomes_.size(); }

  private:
    OperationContext& context_;
    Report& report_;
    std::string key_;
    std::vector<MigrationOutcome> outcomes_;
};

/// "1 migration", "3 migrations".
std::string count_migrations(std::size_t count);

/// Sets `backup` and `current` of the result.
void report_end(OperationContext& context, Report& report, const std::string& current);

}  // namespace keel
