#pragma once

#include <vector>

#include "ops/kit/operation_context.hpp"
#include "ops/migrate/down_step.hpp"
#include "ops/migrate/standing.hpp"

namespace keel {

/// Undoes applied migrations, newest first.
class MigrateDown final : public Operation {
  public:
    explicit MigrateDown(DownTarget target) : target_(std::move(target)) {}

    Plan plan(OperationContext& context) override;
    void apply(OperationContext& context, Report& report) override;
    void nothing_to_do(OperationContext& context, Report& report) override;

  private:
    std::string current_after() const;

    DownTarget target_;
    std::vector<Migration> files_;
    MigrationHooks hooks_;
    Standing standing_;
    std::vector<DownStep> steps_;
};

}  // namespace keel
