#pragma once

#include <span>
#include <string>

#include "ops/kit/operation_context.hpp"
#include "ops/migrate/outcomes.hpp"
#include "ops/migrate/script.hpp"
#include "ops/migrate/standing.hpp"

namespace keel {

/// What the configuration and the command line say about backups around an up.
struct UpPolicy {
    bool backs_up_always = false;
    bool backs_up_tables = false;      ///< those that are touched alone, where that is enough
    bool restores_on_failure = false;  ///< where no transaction could hold what failed

    bool is_any() const noexcept {
        return backs_up_always || backs_up_tables || restores_on_failure;
    }
};
UpPolicy policy_of(OperationContext& context, const UpTarget& target);

/// Says in the plan what is to be backed up before the scripts run. Reads the catalog where only
/// tables are wanted.
void plan_backup(OperationContext& context, const UpPolicy& policy,
                 std::span<const Script* const> scripts, Plan& plan);

/// After `failure` of a run that the backup of `context` was taken for: when a migration of it is
/// half done because a step failed, puts the database back and throws the failure anew, saying so;
/// otherwise, or when that is not possible, throws the failure itself.
[[noreturn]] void restore_and_throw(OperationContext& context, const Error& failure,
                                    OutcomeReport& outcomes);

}  // namespace keel
