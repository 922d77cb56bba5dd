#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/manifest.hpp"
#include "repository/backup_index.hpp"
#include "repository/pack_reader.hpp"

namespace keel {

/// The backup that a new one builds upon: what of it may be used again. Chunks that are mostly out
/// of use, and those in packs that are, are stored anew instead, so that what nobody needs any more
/// becomes free.
class BaseBackup {
  public:
    /// `doomed` are packs that are about to be removed. Storage and vault must outlive it.
    BaseBackup(const Storage& storage, const Vault& vault, Manifest manifest, BackupIndex index,
               const std::set<std::string>& doomed);
    BaseBackup(const BaseBackup&) = delete;
    BaseBackup& operator=(const BaseBackup&) = delete;

    const Manifest& manifest() const noexcept { return manifest_; }
    const BackupIndex& index() const noexcept { return index_; }
    const PackReader& reader() const noexcept { return reader_; }

    bool is_usable(std::uint32_t chunk) const noexcept { return usable_[chunk]; }
    /// Whether a whole stream may be taken over.
    bool is_usable(const StreamMap& stream) const noexcept;
    /// A usable chunk of exactly this content.
    std::optional<std::uint32_t> find(const Fingerprint& id, std::size_t raw) const;

  private:
    struct FingerprintHash {
        std::size_t operator()(const Fingerprint& id) const noexcept { return id.low; }
    };
    void judge(const std::set<std::string>& doomed);

    Manifest manifest_;
    BackupIndex index_;
    PackReader reader_;
    std::vector<bool> usable_;
    std::unordered_map<Fingerprint, std::uint32_t, FingerprintHash> by_id_;
};

}  // namespace keel
