#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/fast_digest.hpp"

namespace keel {

/// What the files of a folder are recognised by without reading them.
struct TreeState {
    /// Over name, device, inode, size, modification and change time of every file below, in any
    /// order. Names that begin with a full stop do not count.
    Fingerprint fingerprint;
    /// Newest change time of a file or folder, in nanoseconds since 1970. A file that is changed
    /// twice within a tick of the clock keeps its times: who trusts a fingerprint over a longer
    /// time asks for one that was already old when it was taken.
    std::int64_t newest_change = 0;
};

/// Nothing where the folder cannot be read or links to other folders. Costs a look at each file.
std::optional<TreeState> tree_state(const std::filesystem::path& folder) noexcept;

}  // namespace keel
