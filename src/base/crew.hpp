#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <queue>
#include <stop_token>

#include "base/error.hpp"

namespace keel {

/// Threads that work off tasks together, the most urgent first. Tasks may add tasks. The first
/// failure stops the others.
class Crew {
  public:
    /// Told which of the threads runs it: 0 to `size` - 1. Only one task of a number runs at a
    /// time.
    using Task = std::function<void(std::size_t worker)>;

    /// `stop` ends the work as a failure does.
    Crew(std::size_t size, const std::stop_token& stop) : Crew(size, size, stop) {}
    /// At most `most_limited` of the limited tasks run at a time.
    Crew(std::size_t size, std::size_t most_limited, const std::stop_token& stop);

    std::size_t size() const noexcept { return size_; }
    /// What tasks must look at: requested by the outer stop, and by the first failure.
    std::stop_token stop() const noexcept { return stopping_.get_token(); }

    /// Thread-safe; also from inside a task.
    void add(std::uint64_t urgency, Task task);
    void add_limited(std::uint64_t urgency, Task task);

    /// Tasks that are at work, or wait for a thread. Thread-safe; outdated as soon as it is told.
    std::size_t load() const;

    /// Returns when there is no task left and none at work. Throws the first task's failure, or
    /// ErrorKind::cancelled; the tasks not begun are dropped then. May be called again, unless it
    /// threw.
    void run();

  private:
    struct Entry {
        std::uint64_t urgency;
        std::uint64_t number;
        Task task;
        bool is_limited;
        bool operator<(const Entry& other) const noexcept {
            return urgency != other.urgency ? urgency < other.urgency : number > other.number;
        }
    };
    void work(std::size_t worker);
    void enter(std::uint64_t urgency, Task task, bool is_limited);
    std::optional<Entry> take();
    std::priority_queue<Entry>* next_queue();
    void fail(const Error& error);

    std::size_t size_;
    std::size_t most_limited_;
    std::stop_source stopping_;
    std::stop_callback<std::function<void()>> outer_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::priority_queue<Entry> tasks_;
    std::priority_queue<Entry> limited_;
    std::uint64_t added_ = 0;
    std::size_t running_ = 0;
    std::size_t running_limited_ = 0;
    std::optional<Error> failure_;
};

}  // namespace keel
