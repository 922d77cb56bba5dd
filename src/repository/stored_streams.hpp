#pragma once

#include <memory>

#include "base/context.hpp"
#include "base/streams.hpp"
#include "model/manifest.hpp"
#include "repository/storage.hpp"
#include "repository/vault.hpp"

namespace keel {

/// The streams of a backup, each of which verifies itself against the manifest while it is read.
/// Storage and vault must outlive it. Throws ErrorKind::integrity when the index is damaged.
std::unique_ptr<StreamReader> open_streams(const Storage& storage, const Vault& vault,
                                           const Manifest& manifest);

/// Reads every stream to its end, and every chunk. Every fault becomes a problem; only
/// ErrorKind::cancelled is thrown. `at` and `duration_ms` are the caller's.
Verification read_back(const Storage& storage, const Vault& vault, const Manifest& manifest,
                       const Context& context);

/// One of several equal shares of the chunks of a backup.
struct SamplePart {
    std::uint64_t parts = 1;
    std::uint64_t part = 0;
};
/// As read_back, for that share of the chunks.
Verification read_sample(const Storage& storage, const Vault& vault, const Manifest& manifest,
                         const SamplePart& sample, const Context& context);

}  // namespace keel
