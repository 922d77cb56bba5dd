#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.hpp"
#include "base/streams.hpp"
#include "model/manifest.hpp"
#include "repository/chunk_store.hpp"
#include "repository/chunked_stream.hpp"

namespace keel {

class Repository;
class StorageLock;

struct CommittedBackup {
    Manifest manifest;
    /// The check by reading that came before the commit, if its record could be kept too.
    std::optional<Verification> verification;
    std::string record_problem;  ///< what could not be written after the backup was there
};

/// A backup being written. Nobody sees it before `commit` has returned; destroyed without, it
/// leaves nothing. A failure of any of its streams is final.
class BackupDraft final : public StreamWriter {
  public:
    ~BackupDraft() override;
    BackupDraft(const BackupDraft&) = delete;
    BackupDraft& operator=(const BackupDraft&) = delete;

    const std::string& id() const noexcept { return id_; }
    std::unique_ptr<StreamSink> open(std::string_view name) override;
    std::unique_ptr<StreamSink> open_paged(std::string_view name, std::size_t page_size) override;
    const DumpContent* previous() const override;
    void keep(std::string_view name) override;
    std::filesystem::path staging_directory() override;

    /// Reads back what was stored, and then publishes the manifest: `id`, `sequence`,
    /// `previous_digest`, `created_at`, `streams` and all that says where it lies are filled in
    /// here. Once it returns, the backup survives a power cut; when it throws, there is none.
    CommittedBackup commit(Manifest manifest, const Context& context);

    /// What is stored so far outlives this draft though it is never committed: the next run stores
    /// it no second time, or removes it.
    void leave_stored() noexcept { leaves_stored_ = true; }

  private:
    friend class Repository;
    BackupDraft(Repository& repository, std::string id, TimePoint created_at,
                std::unique_ptr<StorageLock> run, std::unique_ptr<const BaseBackup> base,
                Salvage salvage);

    std::size_t begin_stream(std::string_view name);
    StreamDone note_at(std::size_t position);
    BackupIndex make_index(Manifest& manifest) const;
    void store_index(Manifest& manifest);
    Verification check_written(const Manifest& manifest, const Context& context) const;
    std::string publish(Manifest& manifest, const Context& context, std::string& record_problem);
    void require_reused_packs() const;
    void clean_up();

    Repository& repository_;
    std::string id_;
    TimePoint created_at_;
    std::unique_ptr<StorageLock> run_;  ///< tells sweepers that we live
    mutable std::mutex mutex_;
    std::vector<std::string> names_;
    std::vector<std::optional<FinishedStream>> streams_;  ///< in the order of opening
    bool is_committed_ = false;
    bool leaves_stored_ = false;
    std::optional<ChunkStore> store_;  ///< the last to begin and the first to end
};

}  // namespace keel
