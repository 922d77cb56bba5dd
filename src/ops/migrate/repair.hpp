#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "ops/kit/operation_context.hpp"
#include "ops/migrate/down_step.hpp"
#include "ops/migrate/standing.hpp"

namespace keel {

/// What a person found out about a migration, for `migrate repair`.
enum class RepairVerdict {
    done,     ///< the statement that was interrupted is done: go on after it
    retry,    ///< it had no effect: run it again and go on
    abandon,  ///< the database is as before the migration (or as before its undoing) was begun
    accept,   ///< the edited file stands for what was applied
};

/// Ends what an interruption left, or accepts an edited file, as a person says.
class MigrateRepair final : public Operation {
  public:
    MigrateRepair(std::string version, RepairVerdict verdict)
        : version_(std::move(version)), verdict_(verdict) {}

    Plan plan(OperationContext& context) override;
    void apply(OperationContext& context, Report& report) override;
    void nothing_to_do(OperationContext& context, Report& report) override;

  private:
    Plan plan_accept();
    Plan plan_abandon() const;
    Plan plan_going_on(OperationContext& context);
    const AppliedEntry& find_entry() const;
    void go_on(OperationContext& context, Report& report);
    void abandon(OperationContext& context, Report& report) const;
    void accept(OperationContext& context, Report& report) const;
    bool is_going_up() const noexcept { return entry_->row.state != MigrationState::reverting; }

    std::string version_;
    RepairVerdict verdict_;
    std::vector<Migration> files_;
    MigrationHooks hooks_;
    Standing standing_;
    const AppliedEntry* entry_ = nullptr;
    std::optional<Script> up_;
    std::optional<DownStep> down_;
};

/// Reads the one flag that says the verdict. Throws ErrorKind::usage for none or several.
std::unique_ptr<Operation> make_repair(const OptionValues& options);

}  // namespace keel
