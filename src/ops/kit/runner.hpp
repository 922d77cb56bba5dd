#pragma once

#include "ops/kit/interaction.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

/// Runs every operation, from every front end, in one order:
///
///   resolve environment → refuse what no answer could allow (tests, marker mismatch) → plan (reads
///   only) → [dry run stops here; an empty plan too] → guard → lock → plan again under the lock →
///   audit intent (synced) → stamp the marker → safety backup → apply → verify → audit outcome →
///   Report
///
/// Planning comes before the guard because what must be asked depends on what would be done; it is
/// done again under the lock because somebody else may have been faster. Never throws: the report
/// holds the error.
class Runner {
  public:
    Runner(const EngineSet& engines, const Services& services, EnvironmentReader variables,
           Interaction& interaction);

    Report run(const OperationEntry& entry, const Invocation& invocation, const Context& context);

  private:
    const EngineSet& engines_;
    const Services& services_;
    EnvironmentReader variables_;
    Interaction& interaction_;
};

}  // namespace keel
