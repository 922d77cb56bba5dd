#pragma once

#include <memory>
#include <optional>

#include "ops/kit/operation_context.hpp"
#include "ops/migrate/down.hpp"
#include "ops/migrate/up.hpp"

namespace keel {

/// Brings the database to one version, whichever way that is: undoes what is newer, then applies
/// what is pending up to it.
class MigrateGoto final : public Operation {
  public:
    explicit MigrateGoto(std::string version) : version_(std::move(version)) {}

    Plan plan(OperationContext& context) override;
    void apply(OperationContext& context, Report& report) override;
    void nothing_to_do(OperationContext& context, Report& report) override;

  private:
    std::string version_;
    std::optional<MigrateDown> down_;
    std::optional<MigrateUp> up_;
    std::string up_target_;
};

std::unique_ptr<Operation> make_goto(const OptionValues& options);

}  // namespace keel
