#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/context.hpp"
#include "repository/backup_index.hpp"
#include "repository/storage.hpp"
#include "repository/vault.hpp"

namespace keel {

/// Chunks in packs of runs that died before their backup was there: stored already, and so not to
/// be stored again.
class Salvage {
  public:
    /// Reads every frame of the packs; what is damaged is left out. Throws ErrorKind::cancelled,
    /// io.
    static Salvage read(const Storage& storage, const Vault& vault, std::span<const PackUse> packs,
                        const Context& context);

    /// Whether there were any packs, damaged ones too.
    bool has_found() const noexcept { return has_found_; }
    const std::vector<PackUse>& packs() const noexcept { return packs_; }
    /// Of exactly this content; `pack` counts in `packs`. Null when there is none.
    const StoredChunk* find(const Fingerprint& id, std::size_t raw) const;

  private:
    struct FingerprintHash {
        std::size_t operator()(const Fingerprint& id) const noexcept { return id.low; }
    };
    void read_pack(const Storage& storage, const Vault& vault, PackUse pack,
                   const Context& context);

    bool has_found_ = false;
    std::vector<PackUse> packs_;
    std::unordered_map<Fingerprint, StoredChunk, FingerprintHash> chunks_;
};

}  // namespace keel
