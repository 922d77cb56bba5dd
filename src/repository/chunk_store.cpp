#include "repository/chunk_store.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace keel {
namespace {

/// A pack is closed when it has reached this size: few files, and each soon durable.
constexpr std::uint64_t pack_target = 32u << 20;
constexpr unsigned most_workers = 8;

std::size_t worker_count() {
    return std::clamp(std::thread::hardware_concurrency(), 1u, most_workers);
}

}  // namespace

ChunkStore::ChunkStore(Storage& storage, const Vault& vault, std::string run,
                       std::unique_ptr<const BaseBackup> base, Salvage salvage)
    : storage_(storage),
      vault_(vault),
      run_(vault.begin_run(std::move(run))),
      base_(std::move(base)),
      salvage_(std::move(salvage)) {}

ChunkStore::~ChunkStore() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        jobs_.clear();
        changed_.notify_all();
    }
    for (std::thread& worker : workers_) worker.join();
}

void ChunkStore::start_workers() {
    if (!workers_.empty()) return;
    const std::size_t count = worker_count();
    workers_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) workers_.emplace_back([this] { work(); });
}

std::uint32_t ChunkStore::add(std::vector<std::byte> chunk) {
    const Fingerprint id = vault_.fingerprinter()(chunk);
    std::unique_lock lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
    if (const auto found = known_.find(id); found != known_.end()) return found->second;
    if (base_) {
        if (const auto found = base_->find(id, chunk.size())) return import(*found);
    }
    if (const StoredChunk* found = salvage_.find(id, chunk.size())) return import_salvaged(*found);
    start_workers();
    changed_.wait(lock, [&] { return jobs_.size() <= workers_.size() || failure_; });
    if (failure_) std::rethrow_exception(failure_);
    // While it waited somebody else may have brought the same; storing it twice does no harm.
    const auto number = static_cast<std::uint32_t>(chunks_.size());
    chunks_.push_back({.raw = static_cast<std::uint32_t>(chunk.size()), .id = id});
    known_.emplace(id, number);
    jobs_.push_back({number, next_frame_++, std::move(chunk)});
    changed_.notify_all();
    return number;
}

std::uint32_t ChunkStore::reuse(std::uint32_t base_chunk) {
    const std::lock_guard lock(mutex_);
    return import(base_chunk);
}

std::uint32_t ChunkStore::import(std::uint32_t base_chunk) {
    if (const auto found = from_base_.find(base_chunk); found != from_base_.end())
        return found->second;
    StoredChunk chunk = base_->index().chunks[base_chunk];
    chunk.pack = import_pack(chunk.pack);
    const auto number = static_cast<std::uint32_t>(chunks_.size());
    chunks_.push_back(chunk);
    from_base_.emplace(base_chunk, number);
    known_.emplace(chunk.id, number);
    if (chunk.tags == StoredChunk::none) return number;
    const std::uint32_t tags = import(chunk.tags);  // which have none themselves
    chunks_[number].tags = tags;
    return number;
}

std::uint32_t ChunkStore::import_pack(std::uint32_t base_pack) {
    if (const auto found = packs_from_base_.find(base_pack); found != packs_from_base_.end())
        return found->second;
    const auto position = static_cast<std::uint32_t>(packs_.size());
    packs_.push_back(base_->index().packs[base_pack]);
    packs_from_base_.emplace(base_pack, position);
    return position;
}

std::uint32_t ChunkStore::import_salvaged(const StoredChunk& found) {
    auto known = packs_from_salvage_.find(found.pack);
    if (known == packs_from_salvage_.end()) {
        known = packs_from_salvage_.emplace(found.pack, static_cast<std::uint32_t>(packs_.size()))
                    .first;
        packs_.push_back(salvage_.packs()[found.pack]);
    }
    const auto number = static_cast<std::uint32_t>(chunks_.size());
    chunks_.push_back(found);
    chunks_.back().pack = known->second;
    known_.emplace(found.id, number);
    return number;
}

void ChunkStore::set_tags(std::uint32_t chunk, std::uint32_t tags, std::uint32_t offset) {
    const std::lock_guard lock(mutex_);
    StoredChunk& tagged = chunks_[chunk];
    if (tagged.tags != StoredChunk::none) return;
    tagged.tags = tags;
    tagged.tags_offset = offset;
}

void ChunkStore::work() noexcept {
    try {
        FrameEncoder encoder;
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [&] { return !jobs_.empty() || is_stopping_; });
            if (is_stopping_) return;
            const Job job = std::move(jobs_.front());
            jobs_.pop_front();
            ++running_;
            changed_.notify_all();
            lock.unlock();
            try {
                store(job, encoder);
            } catch (...) {
                fail(std::current_exception());
            }
            lock.lock();
            --running_;
            changed_.notify_all();
        }
    } catch (...) {
        fail(std::current_exception());
    }
}

void ChunkStore::fail(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
    jobs_.clear();
    changed_.notify_all();
}

void ChunkStore::store(const Job& job, FrameEncoder& encoder) {
    auto full = append(job, encoder.encode(run_, job.frame, job.bytes));
    if (full) close(std::move(*full));
}

/// Gives back the pack that is full now, to be closed while others go on.
std::optional<ChunkStore::OpenPack> ChunkStore::append(const Job& job,
                                                       std::span<const std::byte> frame) {
    const std::lock_guard pack_lock(pack_mutex_);
    if (!pack_) open_next_pack();
    const std::uint64_t offset = pack_->file.append(frame);
    {
        const std::lock_guard lock(mutex_);
        StoredChunk& chunk = chunks_[job.chunk];
        chunk.pack = pack_->position;
        chunk.offset = offset;
        chunk.stored = static_cast<std::uint32_t>(frame.size());
        chunk.number = job.frame;
    }
    if (pack_->file.size() < pack_target) return std::nullopt;
    return std::exchange(pack_, std::nullopt);
}

void ChunkStore::open_next_pack() {
    PackUse pack{.run = run_.run, .number = ++last_pack_number_, .bytes = 0};
    PackFile file(storage_.create(pack_key(pack)), run_);
    const std::lock_guard lock(mutex_);
    pack_.emplace(OpenPack{static_cast<std::uint32_t>(packs_.size()), std::move(file)});
    packs_.push_back(std::move(pack));
}

void ChunkStore::close(OpenPack pack) {
    const Fingerprint digest = pack.file.finish();
    const std::lock_guard lock(mutex_);
    PackUse& use = packs_[pack.position];
    use.bytes = pack.file.size();
    written_.push_back({use, digest});
}

void ChunkStore::finish() {
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return (jobs_.empty() && running_ == 0) || failure_; });
        if (failure_) std::rethrow_exception(failure_);
    }
    if (pack_) close(*std::exchange(pack_, std::nullopt));
}

}  // namespace keel
