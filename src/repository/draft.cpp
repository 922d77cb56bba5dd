#include "repository/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "repository/pack_reader.hpp"
#include "repository/repository.hpp"

namespace keel {
namespace {

constexpr std::size_t buffer_size = 1u << 20;

/// What went wrong in `work`, or nothing.
template <typename Work>
std::string problem_of(const Work& work) {
    try {
        work();
        return {};
    } catch (const Error& error) {
        return error.message();
    }
}

Fingerprint fingerprint_of(const Storage& storage, const std::string& key, const Context& context) {
    const auto source = storage.open(key);
    FastDigest digest;
    std::vector<std::byte> buffer(buffer_size);
    while (const std::size_t count = source->read(buffer)) {
        context.check_cancelled("reading the backup back");
        digest.update(std::span(buffer).first(count));
    }
    return digest.finish();
}

}  // namespace

BackupDraft::BackupDraft(Repository& repository, std::string id, TimePoint created_at,
                         std::unique_ptr<StorageLock> run, std::unique_ptr<const BaseBackup> base,
                         Salvage salvage)
    : repository_(repository), id_(std::move(id)), created_at_(created_at), run_(std::move(run)) {
    store_.emplace(*repository_.storage_, *repository_.vault_, id_, std::move(base),
                   std::move(salvage));
}

BackupDraft::~BackupDraft() {
    store_.reset();  // its threads write no more
    try {
        clean_up();
    } catch (...) {
        return;  // Nothing was published, and the next writer sweeps: this is not what failed.
    }
}

void BackupDraft::clean_up() {
    Storage& storage = *repository_.storage_;
    // The order matters: while the run's folder is there, its lock says whether somebody works
    // here.
    if (!is_committed_) {
        storage.remove(Documents::backup_folder(id_));
        if (leaves_stored_)
            storage.remove_unfinished(pack_folder(id_));
        else
            storage.remove(pack_folder(id_));
    }
    storage.remove(fmt::format("tmp/{}", id_));
    run_.reset();
}

std::size_t BackupDraft::begin_stream(std::string_view name) {
    check_stream_name(name);
    const std::lock_guard lock(mutex_);
    if (std::ranges::find(names_, name) != names_.end()) {
        throw Error(ErrorKind::internal, fmt::format("stream '{}' is written twice", name));
    }
    names_.emplace_back(name);
    streams_.emplace_back();
    return names_.size() - 1;
}

StreamDone BackupDraft::note_at(std::size_t position) {
    return [this, position](FinishedStream stream) {
        const std::lock_guard lock(mutex_);
        streams_[position] = std::move(stream);
    };
}

std::unique_ptr<StreamSink> BackupDraft::open(std::string_view name) {
    const std::size_t position = begin_stream(name);
    return make_chunked_sink(std::string(name), *store_, note_at(position));
}

std::unique_ptr<StreamSink> BackupDraft::open_paged(std::string_view name, std::size_t page_size) {
    const std::size_t position = begin_stream(name);
    return make_paged_sink(std::string(name), page_size, *store_, note_at(position));
}

const DumpContent* BackupDraft::previous() const {
    const BaseBackup* base = store_->base();
    if (!base) return nullptr;
    const auto is_whole = [&](const StreamMap& stream) { return base->is_usable(stream); };
    // With part of it to be stored anew it is no backup that can be kept as it is.
    if (!std::ranges::all_of(base->index().streams, is_whole)) return nullptr;
    return &base->manifest().content;
}

void BackupDraft::keep(std::string_view name) {
    const std::size_t position = begin_stream(name);
    if (keep_stream(name, *store_, note_at(position))) return;
    throw Error(ErrorKind::internal, fmt::format("there is no stream '{}' to keep", name));
}

std::filesystem::path BackupDraft::staging_directory() {
    return repository_.storage_->scratch_folder(fmt::format("tmp/{}/staging", id_));
}

/// The index, and what the manifest says about streams and packs.
BackupIndex BackupDraft::make_index(Manifest& manifest) const {
    BackupIndex index;
    index.packs = store_->packs();
    index.chunks = store_->chunks();
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        if (!streams_[i]) {
            throw Error(ErrorKind::internal,
                        fmt::format("stream '{}' was not finished", names_[i]));
        }
        StoredStream stream = streams_[i]->stream;
        stream.stored_bytes = 0;
        std::set<std::uint32_t> counted;
        for (const Slice& slice : streams_[i]->map.slices) {
            if (counted.insert(slice.chunk).second)
                stream.stored_bytes += index.chunks[slice.chunk].stored;
        }
        manifest.streams.push_back(std::move(stream));
        index.streams.push_back(streams_[i]->map);
    }
    manifest.packs = index.packs;
    return index;
}

void BackupDraft::store_index(Manifest& manifest) {
    const BackupIndex index = make_index(manifest);
    const StoredIndex stored =
        write_index(*repository_.storage_, id_, store_->run(), store_->next_frame(), index);
    manifest.index_bytes = stored.bytes;
    manifest.index_digest = stored.digest;
    manifest.bytes_new = stored.bytes;
    for (const WrittenPack& written : store_->written()) manifest.bytes_new += written.pack.bytes;
}

/// Every byte of what this run stored comes from the medium once more. What it shares with earlier
/// backups was read back when those were made.
Verification BackupDraft::check_written(const Manifest& manifest, const Context& context) const {
    const Stopwatch stopwatch;
    Verification check{.at = {}, .how = "read", .ok = true};
    const Storage& storage = *repository_.storage_;
    const auto expect = [&](const std::string& what, bool is_same) {
        if (is_same) return;
        throw Error(ErrorKind::integrity,
                    fmt::format("what was read back is not what was written: {}", what))
            .with_hint("nothing was kept; check the disk of the backup repository");
    };
    for (const WrittenPack& written : store_->written()) {
        const std::string key = pack_key(written.pack);
        expect("pack " + pack_name(written.pack),
               fingerprint_of(storage, key, context) == written.digest);
        check.checked_bytes += written.pack.bytes;
    }
    const std::string index =
        storage.read(index_key(id_), std::max<std::uint64_t>(manifest.index_bytes, 1));
    expect("the index", digest_hex(index) == manifest.index_digest);
    check.checked_bytes += manifest.index_bytes;
    check.duration_ms = stopwatch.elapsed().count();
    check.at = repository_.options_.clock.now();
    return check;
}

/// Under the lock, under which packs are removed: what is there now stays, because the manifest
/// that is about to be published needs it.
void BackupDraft::require_reused_packs() const {
    for (const PackUse& pack : store_->packs()) {
        if (pack.run == id_ || repository_.storage_->exists(pack_key(pack))) continue;
        throw Error(ErrorKind::integrity,
                    fmt::format("pack {}, which this backup would share with an earlier one, is "
                                "gone",
                                pack_name(pack)))
            .with_hint("nothing was kept; run the command again");
    }
}

std::string BackupDraft::publish(Manifest& manifest, const Context& context,
                                 std::string& record_problem) {
    const auto held = repository_.lock(context);
    require_reused_packs();
    const ChainEnd end = repository_.chain_end();
    manifest.sequence = end.next_sequence;
    manifest.previous_digest = end.previous_digest;
    std::string digest = repository_.documents_.publish_manifest(manifest);
    is_committed_ = true;
    // From here on the backup exists, whatever else fails: a head that is one behind is no harm.
    record_problem = problem_of([&] {
        repository_.documents_.set_head({manifest.sequence, id_, digest});
        // What interrupted runs left was spared for this one; what it did not use is to go.
        if (store_->salvage().has_found())
            repository_.collect(repository_.read_contents(), {.done = id_});
    });
    return digest;
}

CommittedBackup BackupDraft::commit(Manifest manifest, const Context& context) {
    store_->finish();
    manifest.id = id_;
    manifest.created_at = created_at_;
    store_index(manifest);
    Verification check = check_written(manifest, context);
    CommittedBackup result;
    const std::string digest = publish(manifest, context, result.record_problem);
    const std::string problem =
        problem_of([&] { repository_.documents_.add_check(id_, digest, check); });
    if (problem.empty()) result.verification = std::move(check);
    if (!problem.empty()) result.record_problem = problem;
    result.manifest = std::move(manifest);
    return result;
}

}  // namespace keel
