#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace keel {

enum class ProgressUnit { items, bytes, rows, statements };

/// One step of something slow. `total` is 0 while unknown.
struct ProgressEvent {
    std::string_view phase;
    std::string_view item;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    ProgressUnit unit = ProgressUnit::items;
};

/// Receives progress. Implementations are called from any thread and decide themselves how often to
/// show it.
class Progress {
  public:
    virtual ~Progress() = default;
    virtual void on(const ProgressEvent& event) = 0;
};

enum class Level { debug, info, notice, warning, error };
std::string_view to_string(Level level) noexcept;

/// Receives messages for the operator (stderr in the command). Thread-safe.
class Logger {
  public:
    virtual ~Logger() = default;
    virtual void log(Level level, std::string_view message) = 0;
};

/// What everything slow is given: no globals, no singletons.
struct Context {
    std::stop_token stop;
    Progress& progress;
    Logger& logger;
    const Clock& clock;

    /// Throws ErrorKind::cancelled when a stop was requested.
    void check_cancelled(std::string_view what) const;
};

/// Sinks that swallow everything, for tests and short operations.
Progress& no_progress() noexcept;
Logger& no_logger() noexcept;

}  // namespace keel
