#include "base/crew.hpp"

#include <thread>
#include <utility>
#include <vector>

namespace keel {

Crew::Crew(std::size_t size, std::size_t most_limited, const std::stop_token& stop)
    : size_(size),
      most_limited_(most_limited),
      outer_(stop, [this] { stopping_.request_stop(); }) {}

void Crew::add(std::uint64_t urgency, Task task) {
    enter(urgency, std::move(task), false);
}

void Crew::add_limited(std::uint64_t urgency, Task task) {
    enter(urgency, std::move(task), true);
}

void Crew::enter(std::uint64_t urgency, Task task, bool is_limited) {
    const std::scoped_lock lock(mutex_);
    auto& queue = is_limited ? limited_ : tasks_;
    queue.push({urgency, added_++, std::move(task), is_limited});
    changed_.notify_one();
}

std::size_t Crew::load() const {
    const std::scoped_lock lock(mutex_);
    return running_ + tasks_.size() + limited_.size();
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
        if (entry->is_limited) --running_limited_;
        changed_.notify_all();
    }
}

std::optional<Crew::Entry> Crew::take() {
    std::unique_lock lock(mutex_);
    // A task at work may still add others.
    changed_.wait(lock, stopping_.get_token(),
                  [this] { return next_queue() != nullptr || running_ == 0; });
    auto* queue = next_queue();
    if (stopping_.stop_requested() || queue == nullptr) return std::nullopt;
    // The queue gives its front away as a constant only; it is popped at once.
    Entry entry = queue->top();
    queue->pop();
    ++running_;
    if (entry.is_limited) ++running_limited_;
    return entry;
}

/// Where the most urgent task is that may run now; null when none may.
std::priority_queue<Crew::Entry>* Crew::next_queue() {
    const bool may_limited = !limited_.empty() && running_limited_ < most_limited_;
    if (!may_limited) return tasks_.empty() ? nullptr : &tasks_;
    if (tasks_.empty()) return &limited_;
    return tasks_.top() < limited_.top() ? &limited_ : &tasks_;
}

void Crew::fail(const Error& error) {
    {
        const std::scoped_lock lock(mutex_);
        if (!failure_) failure_ = error;
    }
    stopping_.request_stop();
}

}  // namespace keel
