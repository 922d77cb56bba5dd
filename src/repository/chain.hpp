#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "repository/documents.hpp"

namespace keel {

/// Every manifest has a number and the digest of the manifest before it, and the head has those of
/// the newest: so a backup that was removed, replaced or rolled back behind our back leaves a gap.
struct ChainLink {
    std::string id;
    std::uint64_t sequence = 0;
    std::string digest;
    std::string previous_digest;
};

struct ChainBreak {
    enum class Kind {
        missing,      ///< numbers `sequence` to `last` are gone and nobody noted their removal
        replaced,     ///< backup `id` is not the one that its successor (or the head) knew
        headless,     ///< the head is missing, or older than it can be
        same_number,  ///< two backups have the same number
    };
    Kind kind = Kind::missing;
    std::uint64_t sequence = 0;
    std::uint64_t last = 0;
    std::string id;
    std::string message;
};

struct ChainInput {
    std::span<const ChainLink> links;
    std::span<const Removal> removals;
    std::optional<Head> head;
    /// Manifests that cannot be read: each may be one of the missing numbers.
    std::size_t unreadable = 0;
};

/// Pure. In the order of numbers.
std::vector<ChainBreak> find_breaks(const ChainInput& input);

/// What the next manifest must say: a number above every one in use or noted, and the digest of the
/// manifest before it (empty when that one is gone).
struct ChainEnd {
    std::uint64_t next_sequence = 1;
    std::string previous_digest;
};
ChainEnd end_of(const ChainInput& input);

}  // namespace keel
