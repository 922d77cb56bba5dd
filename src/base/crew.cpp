#include "base/crew.hpp"

#include <thread>
#include <utility>
#include <vector>

namespace keel {

Crew::Crew(std::size_t size, const std::stop_token& stop)
    : size_(size), outer_(stop, [this] { stopping_.request_stop(); }) {}

void Crew::add(std::uint64_t urgency, Task task) {
    const std::scoped_lock lock(mutex_);
    tasks_.push({urgency, added_++, std::move(task)});
    changed_.notify_one();
}

void Crew::run() {
    {
        std::vector<std::jthread> threads;
        for (std::size_t worker = 0; worker < size_; ++worker)
            threads.emplace_back([this, worker] { work(worker); });
    }
    if (failure_) throw *failure_;
    if (stopping_.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
}

void Crew::work(std::size_t worker) {
    while (auto entry = take()) {
        try {
            entry->task(worker);
        } catch (const Error& error) {
            fail(error);
        } catch (const std::exception& error) {
            fail(Error(ErrorKind::internal, error.what()));
        }
        const std::scoped_lock lock(mutex_);
        --running_;
        changed_.notify_all();
    }
}

std::optional<Crew::Entry> Crew::take() {
    std::unique_lock lock(mutex_);
    // A task at work may still add others.
    changed_.wait(lock, stopping_.get_token(), [this] { return !tasks_.empty() || running_ == 0; });
    if (stopping_.stop_requested() || tasks_.empty()) return std::nullopt;
    // The queue gives its front away as a constant only; it is popped at once.
    Entry entry = tasks_.top();
    tasks_.pop();
    ++running_;
    return entry;
}

void Crew::fail(const Error& error) {
    {
        const std::scoped_lock lock(mutex_);
        if (!failure_) failure_ = error;
    }
    stopping_.request_stop();
}

}  // namespace keel
