#pragma once

#include <memory>

#include "keel/schema.hpp"
#include "ops/kit/extensions.hpp"
#include "ops/kit/interaction.hpp"
#include "ops/kit/registry.hpp"
#include "ops/kit/runner.hpp"

namespace keel {

/// The composition root: the one place that knows the concrete engines and families. Every front
/// end makes one.
class Workspace {
  public:
    /// `extensions`: migrations, hooks and functions of the application's own.
    explicit Workspace(EnvironmentReader variables, Extensions extensions = {});
    ~Workspace();

    /// The schema that the application is written for: what `schema diff`, `schema check` and
    /// `migrate new --auto` compare with where nothing else is named. Call it before `run`.
    void declare(SchemaDeclaration models);

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
