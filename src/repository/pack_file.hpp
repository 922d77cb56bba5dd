#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fast_digest.hpp"
#include "model/manifest.hpp"
#include "repository/storage.hpp"
#include "repository/vault.hpp"

namespace keel {

/// "packs/RUN/00001": frames of one run, one after the other, behind a head that says whose they
/// are.
std::string pack_folder(std::string_view run);
std::string pack_key(const PackUse& pack);
/// "RUN/00001", as messages and other documents name it.
std::string pack_name(const PackUse& pack);

/// The head of a pack, or of an index.
std::vector<std::byte> pack_head(const RunKey& run);
/// Opens the run's key from the head of an object. Throws ErrorKind::integrity when it is not of
/// this run.
struct OpenedPack {
    RunKey run;
    std::uint64_t head_size = 0;
};
OpenedPack open_pack(const StoredObject& object, std::string_view run, const Vault& vault);

/// An object of frames that is being written.
class PackFile {
  public:
    PackFile(std::unique_ptr<ByteSink> sink, const RunKey& run);

    /// Where the frame begins.
    std::uint64_t append(std::span<const std::byte> frame);
    std::uint64_t size() const noexcept { return size_; }
    /// Durable under its name; the fingerprint of all its bytes.
    Fingerprint finish();

  private:
    std::unique_ptr<ByteSink> sink_;
    FastDigest digest_;
    std::uint64_t size_ = 0;
};

}  // namespace keel
