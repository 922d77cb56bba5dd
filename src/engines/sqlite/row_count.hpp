#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace keel::sqlite {

/// What is known of pages without reading them again: for a leaf of a b-tree, how many cells it
/// has. Two bytes a page, and only up to some number of pages.
class LeafCells {
  public:
    enum class LookFor {
        cells,
        overflows,  ///< which leaves have cells that go on elsewhere, too: costs a look at each
    };

    explicit LeafCells(std::uint32_t page_count, LookFor wanted = LookFor::cells);

    /// Looks at a page of the database. In the order of their numbers, or not at all.
    void see(std::uint32_t page, std::span<const std::byte> bytes);
    /// Nothing is known: -1.
    int find(std::uint32_t page) const noexcept;
    /// Whether it can tell where cells go on elsewhere.
    bool knows_overflows() const noexcept { return looks_for_overflows_ && !cells_.empty(); }
    /// Whether cells of this leaf go on elsewhere; true when that is not known.
    bool overflows(std::uint32_t page) const noexcept;

  private:
    bool has_overflow(std::uint32_t page, std::span<const std::byte> bytes) const;

    std::vector<std::uint16_t> cells_;
    std::size_t usable_ = 0;
    bool looks_for_overflows_;
};

struct TreePages {
    std::uint32_t count = 0;
    std::size_t size = 0;
    /// Reads one page.
    std::function<void(std::uint32_t page, std::span<std::byte> bytes)> read;
    const LeafCells* leaves = nullptr;  ///< may be null
};

/// The rows of the table whose b-tree begins at page `root`, from the headers of its pages. Throws
/// ErrorKind::integrity when it is no b-tree.
std::uint64_t count_rows(const TreePages& pages, std::uint32_t root);

}  // namespace keel::sqlite
