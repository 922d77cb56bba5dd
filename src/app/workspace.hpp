#pragma once

#include <memory>

#include "ops/kit/interaction.hpp"
#include "ops/kit/registry.hpp"
#include "ops/kit/runner.hpp"

namespace keel {

/// The composition root: the one place that knows the concrete engines and families. Every front
/// end makes one.
class Workspace {
  public:
    explicit Workspace(EnvironmentReader variables);
    ~Workspace();

    const Registry& registry() const noexcept;
    /// Finds the operation by `invocation.operation` and runs it. Never throws.
    Report run(const Invocation& invocation, Interaction& interaction, const Context& context);

  private:
    Report redirected(const OperationEntry& entry, const Invocation& invocation,
                      Interaction& interaction, const Context& context);

    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace keel
