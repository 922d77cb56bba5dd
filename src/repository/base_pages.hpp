#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "repository/base_backup.hpp"
#include "repository/frame.hpp"

namespace keel {

/// Walks through a stream of pages of the backup before, page by page, and tells each one's
/// fingerprint and where it is stored. Memory is bounded. Belongs to one thread.
class BasePages {
  public:
    struct Page {
        Fingerprint fingerprint;
        std::uint32_t chunk = 0;  ///< of the base
        std::uint32_t offset = 0;
    };

    /// Without a base, or when its stream has other pages, there are none.
    BasePages(const BaseBackup* base, std::string_view stream, std::size_t page_size);

    /// The next page; nothing when there is none, or none that may be used again.
    std::optional<Page> next();
    /// How many parts of chunks the next `pages` pages consist of, at most `limit` + 1.
    std::size_t fragments(std::size_t pages, std::size_t limit) const;

  private:
    const std::vector<std::byte>* tags_of(std::uint32_t chunk);
    void skip_empty();

    const BaseBackup* base_;
    const StreamMap* map_ = nullptr;
    std::size_t page_size_;
    std::size_t slice_ = 0;
    std::uint32_t in_slice_ = 0;
    FrameDecoder decoder_;
    /// Recently used chunks of fingerprints; an empty one could not be read.
    std::map<std::uint32_t, std::vector<std::byte>> cache_;
};

}  // namespace keel
