#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ops/kit/operation_context.hpp"
#include "ops/migrate/standing.hpp"

namespace keel {

/// Says of a database that has no history where it stands: everything up to a version is written
/// down as applied, and nothing is run.
class MigrateBaseline final : public Operation {
  public:
    explicit MigrateBaseline(std::string version) : version_(std::move(version)) {}

    Plan plan(OperationContext& context) override;
    void apply(OperationContext& context, Report& report) override;
    void nothing_to_do(OperationContext& context, Report& report) override;

  private:
    void select(const std::string& version);
    void check_history() const;
    AppliedMigration history_row(const Migration* file) const;

    std::string version_;
    std::vector<Migration> files_;
    Standing standing_;
    std::vector<const Migration*> recorded_;  ///< null: a version without a file
    bool is_known_ = false;
};

std::unique_ptr<Operation> make_baseline(const OptionValues& options);

}  // namespace keel
