#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "repository/backup_index.hpp"
#include "repository/base_backup.hpp"
#include "repository/frame.hpp"
#include "repository/pack_file.hpp"
#include "repository/salvage.hpp"
#include "repository/storage.hpp"
#include "repository/vault.hpp"

namespace keel {

/// A pack that this run wrote, and what reading it back must give.
struct WrittenPack {
    PackUse pack;
    Fingerprint digest;
};

/// Stores the chunks of one run: each is compressed, encrypted and put into a pack on one of a few
/// threads. Thread-safe. Memory is bounded: `add` waits while the threads are behind. The first
/// failure is final, and comes out of every call from then on.
class ChunkStore {
  public:
    ChunkStore(Storage& storage, const Vault& vault, std::string run,
               std::unique_ptr<const BaseBackup> base, Salvage salvage = {});
    ~ChunkStore();
    ChunkStore(const ChunkStore&) = delete;
    ChunkStore& operator=(const ChunkStore&) = delete;

    /// The number of the chunk in the index to be. What is there already, in this run, in the base
    /// or in what was salvaged, is not stored again.
    std::uint32_t add(std::vector<std::byte> chunk);
    /// A chunk of the base.
    std::uint32_t reuse(std::uint32_t base_chunk);
    /// Notes where the fingerprints of a chunk's pages are, unless that is known.
    void set_tags(std::uint32_t chunk, std::uint32_t tags, std::uint32_t offset);

    /// Null when there is none.
    const BaseBackup* base() const noexcept { return base_.get(); }
    const Vault& vault() const noexcept { return vault_; }

    /// Waits until everything is stored and durable. Nothing may be added afterwards.
    void finish();
    // After `finish`:
    const std::vector<PackUse>& packs() const noexcept { return packs_; }
    const std::vector<StoredChunk>& chunks() const noexcept { return chunks_; }
    const Salvage& salvage() const noexcept { return salvage_; }
    const std::vector<WrittenPack>& written() const noexcept { return written_; }
    const RunKey& run() const noexcept { return run_; }
    std::uint64_t next_frame() const noexcept { return next_frame_; }

  private:
    struct Job {
        std::uint32_t chunk = 0;
        std::uint64_t frame = 0;
        std::vector<std::byte> bytes;
    };
    struct OpenPack {
        std::uint32_t position = 0;  ///< in packs_
        PackFile file;
    };
    struct FingerprintHash {
        std::size_t operator()(const Fingerprint& id) const noexcept { return id.low; }
    };

    std::uint32_t import(std::uint32_t base_chunk);
    std::uint32_t import_pack(std::uint32_t base_pack);
    std::uint32_t import_salvaged(const StoredChunk& found);
    void start_workers();
    void work() noexcept;
    void store(const Job& job, FrameEncoder& encoder);
    std::optional<OpenPack> append(const Job& job, std::span<const std::byte> frame);
    void open_next_pack();
    void close(OpenPack pack);
    void fail(std::exception_ptr failure);

    Storage& storage_;
    const Vault& vault_;
    RunKey run_;
    std::unique_ptr<const BaseBackup> base_;
    const Salvage salvage_;

    std::mutex mutex_;  ///< of everything below but the pack that is open
    std::condition_variable changed_;
    std::deque<Job> jobs_;
    std::size_t running_ = 0;
    bool is_stopping_ = false;
    std::exception_ptr failure_;
    std::uint64_t next_frame_ = 0;
    std::vector<PackUse> packs_;
    std::vector<StoredChunk> chunks_;
    std::vector<WrittenPack> written_;
    std::unordered_map<Fingerprint, std::uint32_t, FingerprintHash> known_;
    std::unordered_map<std::uint32_t, std::uint32_t> from_base_;
    std::unordered_map<std::uint32_t, std::uint32_t> packs_from_base_;
    std::unordered_map<std::uint32_t, std::uint32_t> packs_from_salvage_;
    std::vector<std::thread> workers_;

    std::mutex pack_mutex_;
    std::optional<OpenPack> pack_;
    std::uint32_t last_pack_number_ = 0;
};

}  // namespace keel
