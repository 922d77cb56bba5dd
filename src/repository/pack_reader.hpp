#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "repository/backup_index.hpp"
#include "repository/frame.hpp"
#include "repository/pack_file.hpp"
#include "repository/storage.hpp"
#include "repository/vault.hpp"

namespace keel {

/// Reads chunks of one backup. Thread-safe. Storage, vault and index must outlive it.
class PackReader {
  public:
    PackReader(const Storage& storage, const Vault& vault, const BackupIndex& index)
        : storage_(storage), vault_(vault), index_(index) {}

    /// The bytes of the chunk of this number, as they were stored. Throws ErrorKind::integrity,
    /// naming the pack. `spare` as in FrameDecoder::decode.
    std::vector<std::byte> read(std::uint32_t number, FrameDecoder& decoder,
                                std::vector<std::byte> spare = {}) const;

  private:
    struct Pack {
        std::unique_ptr<StoredObject> object;
        RunKey run;
    };
    std::shared_ptr<const Pack> pack(std::uint32_t number) const;

    const Storage& storage_;
    const Vault& vault_;
    const BackupIndex& index_;
    mutable std::mutex mutex_;
    mutable std::map<std::uint32_t, std::shared_ptr<const Pack>> open_;
};

/// Reads and writes the file beside the manifest.
struct StoredIndex {
    std::uint64_t bytes = 0;
    std::string digest;  ///< BLAKE2b-256 of the file
};
std::string index_key(std::string_view backup);
StoredIndex write_index(Storage& storage, std::string_view backup, const RunKey& run,
                        std::uint64_t first_frame, const BackupIndex& index);
/// Throws ErrorKind::integrity when it is missing or not what the manifest says.
BackupIndex read_index(const Storage& storage, const Vault& vault, const Manifest& manifest);

}  // namespace keel
