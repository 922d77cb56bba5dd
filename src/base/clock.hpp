#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace keel {

using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

/// The only source of wall-clock time, so that tests choose it. Thread-safe.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual TimePoint now() const = 0;
};

class SystemClock final : public Clock {
  public:
    TimePoint now() const override;
};

/// "2026-11-20T07:15:00.123Z".
std::string format_utc(TimePoint time);
/// "20261120071500": the version of a new migration.
std::string format_utc_compact(TimePoint time);
/// Reads what `format_utc` writes (fraction optional). Throws ErrorKind::invalid_input.
TimePoint parse_utc(std::string_view text);

/// Measures elapsed time on the monotonic clock from its construction.
class Stopwatch {
  public:
    std::chrono::milliseconds elapsed() const;

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace keel
