#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "model/report.hpp"
#include "ops/migrate/executor.hpp"
#include "ops/migrate/outcomes.hpp"

namespace keel {

/// Several migrations, one after the other: gives out their sequence numbers, counts them for the
/// progress, keeps the recorded fingerprint true and puts what happened into the report, also when
/// one of them fails.
class MigrationSeries {
  public:
    struct Plan {
        std::size_t total = 0;  ///< how many will be executed
        bool all_in_transactions = true;
        std::int64_t last_sequence = 0;  ///< of the history as it was read under the lock
    };
    MigrationSeries(const MigrationRun& run, Report& report, const Plan& plan);

    /// Makes the history if needed, and warns of drift.
    void begin();
    std::int64_t next_sequence() const noexcept { return last_sequence_ + 1; }
    /// Executes one and adds its outcome; on a failure adds that and throws it on. Does nothing
    /// else when a stop was requested than to throw ErrorKind::cancelled.
    void execute(const Script& script, AppliedMigration row, OutcomeReport& outcomes);
    void resume(const Script& script, AppliedMigration row, OutcomeReport& outcomes);

  private:
    using Work = std::function<MigrationOutcome(Recording)>;
    void perform(const Script& script, AppliedMigration row, OutcomeReport& outcomes,
                 const Work& work);
    void after_failure(const Error& error);

    const MigrationRun& run_;
    Report& report_;
    Plan plan_;
    MigrationExecutor executor_;
    std::int64_t last_sequence_;
    std::int64_t last_done_ = 0;  ///< sequence of the newest that is done in this series
    std::size_t begun_ = 0;
    std::string withdrawn_;
};

}  // namespace keel
