#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/context.hpp"
#include "cli/console.hpp"

namespace keel {

using SteadyTime = std::chrono::steady_clock::time_point;
/// Tells the time; tests choose it.
using SteadyNow = std::function<SteadyTime()>;

/// Where a phase stands.
struct ProgressState {
    std::string phase;
    std::string item;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    ProgressUnit unit = ProgressUnit::items;
    std::uint64_t first_done = 0;  ///< where it stood when it was first seen
    std::chrono::milliseconds elapsed{0};
};

/// "copy orders  [######------]  50 %  12.3 MB of 24.6 MB  4.10 MB/s  3 s left", as wide as `style`
/// allows; without a known total only what is done and how fast.
std::string progress_line(const ProgressState& state, const TextStyle& style);
/// {"event":"progress","phase":…,"item":…,"done":…,"total":…,"unit":…}
std::string progress_json(const ProgressState& state);

/// How progress is shown.
enum class ProgressForm {
    bar,    ///< a status line redrawn up to ten times a second, once something takes a moment
    lines,  ///< a plain line every ten seconds: a log stays short and still shows life
    json,   ///< a JSON line up to ten times a second
};

/// Progress on the console. Thread-safe.
class ConsoleProgress final : public Progress {
  public:
    ConsoleProgress(Console& console, ProgressForm form, SteadyNow now);
    ~ConsoleProgress() override;
    void on(const ProgressEvent& event) override;

  private:
    void take(const ProgressEvent& event, SteadyTime now);
    bool is_due(SteadyTime now) const;
    void show();

    Console& console_;
    ProgressForm form_;
    SteadyNow now_;
    std::mutex mutex_;
    /// Where a phase began, and stands: several may take turns.
    struct Phase {
        SteadyTime begun;
        std::uint64_t first_done = 0;
        std::uint64_t done = 0;
    };
    ProgressState state_;
    SteadyTime begun_;  ///< the first event of all
    std::map<std::string, Phase, std::less<>> phases_;
    std::optional<SteadyTime> shown_at_;
    bool is_pending_ = false;
};

}  // namespace keel
