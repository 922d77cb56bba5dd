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
    explicit LeafCells(std::uint32_t page_count);

    /// Looks at a page of the database. In the order of their numbers, or not at all.
    void see(std::uint32_t page, std::span<const std::byte> bytes);
    /// Nothing is known: -1.
    int find(std::uint32_t page) const noexcept;

  private:
    std::vector<std::uint16_t> cells_;
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
