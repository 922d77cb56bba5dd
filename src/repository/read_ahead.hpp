#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "repository/frame.hpp"
#include "repository/pack_reader.hpp"

namespace keel {

/// Reads, decrypts and decompresses chunks on a few threads, for those who will want them soon.
/// Thread-safe. What nobody waits for any more is dropped by the destructor.
class ReadAhead {
  public:
    using Chunk = std::future<std::vector<std::byte>>;

    /// `packs` must outlive it.
    explicit ReadAhead(const PackReader& packs) : packs_(packs) {}
    ~ReadAhead();
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    /// The chunk, or what `PackReader::read` throws, comes out of the future.
    Chunk request(std::uint32_t number);
    /// Bytes of a chunk that nobody looks at any more: the next one may lie in their memory.
    void give_back(std::vector<std::byte> bytes);

  private:
    using Task = std::packaged_task<std::vector<std::byte>(FrameDecoder&)>;

    void start_workers();
    void work(FrameDecoder& decoder);
    std::vector<std::byte> take_spare();

    const PackReader& packs_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Task> tasks_;
    std::vector<std::vector<std::byte>> spare_;
    bool is_stopping_ = false;
    std::vector<std::thread> workers_;
};

}  // namespace keel
