#pragma once

#include <optional>
#include <vector>

#include "ops/kit/operation_context.hpp"
#include "ops/migrate/down_step.hpp"
#include "ops/migrate/standing.hpp"

namespace keel {

/// Undoes the newest migration and applies it again, as its file is now.
class MigrateRedo final : public Operation {
  public:
    Plan plan(OperationContext& context) override;
    void apply(OperationContext& context, Report& report) override;
    void nothing_to_do(OperationContext& context, Report& report) override;

  private:
    std::vector<Migration> files_;
    MigrationHooks hooks_;
    Standing standing_;
    std::optional<DownStep> down_;
    std::optional<Script> up_;
};

}  // namespace keel
