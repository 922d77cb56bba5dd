#include "repository/draft.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "repository/encoded_stream.hpp"
#include "repository/read_back.hpp"
#include "repository/repository.hpp"

namespace keel {
namespace {

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

}  // namespace

BackupDraft::BackupDraft(Repository& repository, std::string id, TimePoint created_at,
                         std::unique_ptr<StorageLock> run)
    : repository_(repository), id_(std::move(id)), created_at_(created_at), run_(std::move(run)) {}

BackupDraft::~BackupDraft() {
    try {
        clean_up();
    } catch (...) {
        // Nothing was published, and the next writer sweeps: this is not what failed.
    }
}

void BackupDraft::clean_up() {
    Storage& storage = *repository_.storage_;
    // The order matters: while the run's folder is there, its lock says whether somebody works
    // here.
    if (!is_committed_) storage.remove(Documents::backup_folder(id_));
    storage.remove(fmt::format("tmp/{}", id_));
    run_.reset();
}

std::unique_ptr<StreamSink> BackupDraft::open(std::string_view name) {
    std::size_t position = 0;
    {
        const std::lock_guard lock(mutex_);
        if (std::ranges::find(names_, name) != names_.end()) {
            throw Error(ErrorKind::internal, fmt::format("stream '{}' is written twice", name));
        }
        position = names_.size();
        names_.emplace_back(name);
        streams_.emplace_back();
    }
    auto object = repository_.storage_->create(Documents::stream_key(id_, name));
    return encode_stream(
        std::string(name), std::move(object),
        [this, position](StoredStream stream) { note(position, std::move(stream)); });
}

void BackupDraft::note(std::size_t position, StoredStream stream) {
    const std::lock_guard lock(mutex_);
    streams_[position] = std::move(stream);
}

std::filesystem::path BackupDraft::staging_directory() {
    return repository_.storage_->scratch_folder(fmt::format("tmp/{}/staging", id_));
}

std::vector<StoredStream> BackupDraft::finished_streams() const {
    const std::lock_guard lock(mutex_);
    std::vector<StoredStream> result;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        if (!streams_[i]) {
            throw Error(ErrorKind::internal,
                        fmt::format("stream '{}' was not finished", names_[i]));
        }
        result.push_back(*streams_[i]);
    }
    return result;
}

std::string BackupDraft::publish(Manifest& manifest, const Context& context,
                                 std::string& record_problem) {
    const auto held = repository_.lock(context);
    const ChainEnd end = repository_.chain_end();
    manifest.sequence = end.next_sequence;
    manifest.previous_digest = end.previous_digest;
    std::string digest = repository_.documents_.publish_manifest(manifest);
    is_committed_ = true;
    // From here on the backup exists, whatever else fails: a head that is one behind is no harm.
    record_problem =
        problem_of([&] { repository_.documents_.set_head({manifest.sequence, id_, digest}); });
    return digest;
}

CommittedBackup BackupDraft::commit(Manifest manifest, const Context& context) {
    manifest.id = id_;
    manifest.created_at = created_at_;
    manifest.streams = finished_streams();
    const Stopwatch stopwatch;
    Verification check = read_back(*repository_.storage_, manifest, context);
    if (!check.ok) {
        throw Error(
            ErrorKind::integrity,
            fmt::format("what was read back is not what was written: {}", check.problems.front()))
            .with_hint("nothing was kept; check the disk of the backup repository");
    }
    check.duration_ms = stopwatch.elapsed().count();
    check.at = repository_.options_.clock.now();
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
