#include "repository/read_ahead.hpp"

#include <algorithm>
#include <utility>

namespace keel {
namespace {

/// Beside the threads that read the streams themselves.
constexpr unsigned fewest_workers = 1;
constexpr unsigned most_workers = 4;
/// Memory that waits to be used again, in chunks.
constexpr std::size_t most_spare = 8;

}  // namespace

ReadAhead::~ReadAhead() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        tasks_.clear();
        changed_.notify_all();
    }
    for (std::thread& worker : workers_) worker.join();
}

ReadAhead::Chunk ReadAhead::request(std::uint32_t number) {
    Task task([this, number](FrameDecoder& decoder) {
        return packs_.read(number, decoder, take_spare());
    });
    Chunk chunk = task.get_future();
    const std::lock_guard lock(mutex_);
    start_workers();
    tasks_.push_back(std::move(task));
    changed_.notify_one();
    return chunk;
}

void ReadAhead::give_back(std::vector<std::byte> bytes) {
    const std::lock_guard lock(mutex_);
    if (spare_.size() < most_spare) spare_.push_back(std::move(bytes));
}

std::vector<std::byte> ReadAhead::take_spare() {
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) return {};
    std::vector<std::byte> bytes = std::move(spare_.back());
    spare_.pop_back();
    return bytes;
}

void ReadAhead::start_workers() {
    if (!workers_.empty()) return;
    const unsigned count =
        std::clamp(std::thread::hardware_concurrency(), fewest_workers, most_workers);
    workers_.reserve(count);
    for (unsigned i = 0; i < count; ++i)
        workers_.emplace_back([this, decoder = FrameDecoder()]() mutable { work(decoder); });
}

void ReadAhead::work(FrameDecoder& decoder) {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return !tasks_.empty() || is_stopping_; });
        if (is_stopping_) return;
        Task task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task(decoder);
        lock.lock();
    }
}

}  // namespace keel
