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
    std::filesystem::path staging_directory() override;

    /// Reads every stream back and compares it with what was written, then publishes the manifest:
    /// `id`, `sequence`, `previous_digest`, `created_at` and `streams` are filled in here. Once it
    /// returns, the backup survives a power cut; when it throws, there is none.
    CommittedBackup commit(Manifest manifest, const Context& context);

  private:
    friend class Repository;
    BackupDraft(Repository& repository, std::string id, TimePoint created_at,
                std::unique_ptr<StorageLock> run);

    void note(std::size_t position, StoredStream stream);
    std::vector<StoredStream> finished_streams() const;
    std::string publish(Manifest& manifest, const Context& context, std::string& record_problem);
    void clean_up();

    Repository& repository_;
    std::string id_;
    TimePoint created_at_;
    std::unique_ptr<StorageLock> run_;  ///< tells sweepers that we live
    mutable std::mutex mutex_;
    std::vector<std::string> names_;
    std::vector<std::optional<StoredStream>> streams_;  ///< in the order of opening
    bool is_committed_ = false;
};

}  // namespace keel
