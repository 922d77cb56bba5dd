#pragma once

#include <memory>
#include <string>

#include "ops/kit/operation_context.hpp"
#include "ops/migrate/outcomes.hpp"
#include "ops/migrate/script.hpp"
#include "ops/migrate/series.hpp"
#include "ops/migrate/standing.hpp"

namespace keel {

/// The undoing of one applied migration: with the down sections as they were when it was applied,
/// or the file's where the history has none.
class DownStep {
  public:
    /// Throws ErrorKind::invalid_input when neither has a down section, and what compiling throws.
    DownStep(OperationContext& context, const AppliedEntry& entry, const MigrationHooks& hooks);

    const AppliedMigration& applied() const noexcept { return entry_->row; }
    /// Whether it was begun before, and interrupted.
    bool goes_on() const noexcept { return entry_->row.state == MigrationState::reverting; }
    const Script& script() const noexcept { return script_; }
    /// Throws ErrorKind::partial when it was begun before and cannot be gone on with by itself.
    void check_going_on(OperationContext& context) const;
    /// Something to say about where the SQL is from, or empty.
    const std::string& warning() const noexcept { return warning_; }
    PlanStep plan_step() const;
    /// What the history is to say about it; says, if it was begun before.
    AppliedMigration history_row(std::int64_t sequence) const;

  private:
    const Migration& choose_source(OperationContext& context);
    const Migration& nothing_to_undo();

    const AppliedEntry* entry_;
    std::unique_ptr<Migration> recorded_;  ///< where the file is not what is used
    std::unique_ptr<Migration> source_;    ///< with the hooks around it; script_ points into it
    std::string down_text_;                ///< without them
    std::string warning_;
    Script script_;
};

/// Undoes one, or goes on with it.
void undo(MigrationSeries& series, const DownStep& step, OutcomeReport& outcomes);

}  // namespace keel
