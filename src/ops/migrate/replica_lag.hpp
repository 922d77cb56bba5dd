#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "ops/migrate/run.hpp"

namespace keel {

/// Keeps a long change from running away from the server's replicas: waits while the slowest of
/// them has not replayed what was written more than `limit` ago. What counts is what was written,
/// not the server's own figure of the lag, which stands still when a replica does. On one thread.
class ReplicaLag {
  public:
    ReplicaLag(const MigrationRun& run, std::chrono::milliseconds limit)
        : run_(run), limit_(limit) {}

    /// After each piece of the change. Returns at once where there are no replicas, where the
    /// engine has none, and (with a warning, once) where this user may not see how far they are.
    /// Throws ErrorKind::cancelled, naming `what`.
    void wait(std::string_view what);

  private:
    using Clock = std::chrono::steady_clock;
    /// Positions in the server's log.
    struct Positions {
        std::int64_t written = 0;
        std::int64_t replicas = 0;  ///< how many there are
        std::optional<std::int64_t>
            replayed;  ///< by the slowest; nothing when it is not to be seen
    };
    struct Sample {
        Clock::time_point at;
        std::int64_t written = 0;
    };

    Positions look() const;
    bool is_behind(const Positions& positions);

    const MigrationRun& run_;
    std::chrono::milliseconds limit_;
    std::deque<Sample> samples_;  ///< what may not be replayed yet, oldest first
    bool has_warned_ = false;
};

}  // namespace keel
