#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "db/connection.hpp"

namespace keel {

/// Gives rows to another sink in a thread of its own, in their order, so that one makes the next
/// rows while the other writes these. A bounded number of them waits in between. What the other
/// throws comes out of a later `put`, or of `finish`. Used by one thread.
class ThreadedSink final : public RowSink {
  public:
    /// `sink`, and the connection behind it, belong to this until `finish` or the end.
    explicit ThreadedSink(RowSink& sink);
    ~ThreadedSink() override;
    ThreadedSink(const ThreadedSink&) = delete;
    ThreadedSink& operator=(const ThreadedSink&) = delete;

    void put(std::span<const std::byte> row) override;
    std::uint64_t finish() override;

  private:
    struct Block {
        std::string bytes;
        std::vector<std::size_t> ends;  ///< of each row
    };
    void hand_over();
    /// Nothing at the end, and when it is stopped.
    std::optional<Block> next_full(const std::stop_token& stop);
    void work(const std::stop_token& stop) noexcept;
    void put_all(const Block& block);

    RowSink& sink_;
    Block block_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Block> full_;
    std::vector<Block> empty_;
    bool is_ended_ = false;
    std::exception_ptr failure_;
    std::jthread thread_;
};

}  // namespace keel
