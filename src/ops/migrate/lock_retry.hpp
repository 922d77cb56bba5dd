#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "ops/migrate/run.hpp"
#include "ops/migrate/script.hpp"

namespace keel {

/// Calls `attempt` until it gets the locks it needs, a few times, with growing and jittered pauses
/// between, in which nothing is locked and nobody is queued behind it: a lock that is not to be had
/// within lock_timeout (or a deadlock) ends an attempt, not the migration. `attempt` must leave
/// nothing behind when it throws. The last failure comes through, saying who stands in the way.
void with_lock_retries(const MigrationRun& run, const Script& script,
                       const std::function<void()>& attempt);

/// Throws ErrorKind::cancelled, saying `what`, when a stop was requested meanwhile.
void sleep_unless_stopped(const Context& context, std::chrono::milliseconds pause,
                          std::string_view what);

}  // namespace keel
