#pragma once

#include <memory>
#include <string>

#include "ops/kit/operation_context.hpp"
#include "ops/migrate/script.hpp"
#include "ops/migrate/standing.hpp"

namespace keel {

/// The undoing of one applied migration: with the down sections as they were when it was applied,
/// or the file's where the history has none.
class DownStep {
  public:
    /// Throws ErrorKind::invalid_input when neither has a down section, and what compiling throws.
    DownStep(OperationContext& context, const AppliedEntry& entry);

    const AppliedMigration& applied() const noexcept { return entry_->row; }
    const Script& script() const noexcept { return script_; }
    /// Something to say about where the SQL is from, or empty.
    const std::string& warning() const noexcept { return warning_; }
    PlanStep plan_step() const;
    /// What the history is to say about it.
    AppliedMigration history_row(std::int64_t sequence) const;

  private:
    const Migration& choose_source(OperationContext& context);
    const Migration& nothing_to_undo();

    const AppliedEntry* entry_;
    std::unique_ptr<Migration> recorded_;  ///< script_ points into it or into the file
    std::string warning_;
    Script script_;
};

}  // namespace keel
