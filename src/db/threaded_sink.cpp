#include "db/threaded_sink.hpp"

#include <utility>

#include "base/bytes.hpp"

namespace keel {
namespace {

constexpr std::size_t block_size = std::size_t{128} << 10;
constexpr std::size_t most_blocks = 4;

}  // namespace

ThreadedSink::ThreadedSink(RowSink& sink)
    : sink_(sink), thread_([this](const std::stop_token& stop) { work(stop); }) {}

ThreadedSink::~ThreadedSink() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void ThreadedSink::put(std::span<const std::byte> row) {
    block_.bytes += as_text(row);
    block_.ends.push_back(block_.bytes.size());
    if (block_.bytes.size() >= block_size) hand_over();
}

std::uint64_t ThreadedSink::finish() {
    hand_over();
    {
        const std::scoped_lock lock(mutex_);
        is_ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
    return sink_.finish();
}

void ThreadedSink::hand_over() {
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return failure_ || full_.size() < most_blocks; });
        if (failure_) std::rethrow_exception(failure_);
        full_.push_back(std::move(block_));
        block_ = {};
        if (!empty_.empty()) {
            block_ = std::move(empty_.back());
            empty_.pop_back();
        }
    }
    changed_.notify_all();
}

std::optional<ThreadedSink::Block> ThreadedSink::next_full(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [&] { return is_ended_ || !full_.empty(); })) return {};
    if (full_.empty()) return {};
    std::optional<Block> block(std::move(full_.front()));
    full_.pop_front();
    return block;
}

void ThreadedSink::work(const std::stop_token& stop) noexcept {
    try {
        while (auto block = next_full(stop)) {
            changed_.notify_all();
            put_all(*block);
            block->bytes.clear();
            block->ends.clear();
            const std::scoped_lock lock(mutex_);
            empty_.push_back(std::move(*block));
        }
    } catch (...) {
        {
            const std::scoped_lock lock(mutex_);
            failure_ = std::current_exception();
        }
        changed_.notify_all();
    }
}

void ThreadedSink::put_all(const Block& block) {
    const auto bytes = as_bytes(block.bytes);
    std::size_t begin = 0;
    for (const auto end : block.ends) {
        sink_.put(bytes.subspan(begin, end - begin));
        begin = end;
    }
}

}  // namespace keel
