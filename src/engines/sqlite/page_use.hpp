#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engines/sqlite/row_count.hpp"

namespace keel::sqlite {

/// What every page of a database file is for. PRAGMA quick_check of one table after the other says
/// as much as one of them all, but for pages that belong to two things or to none: those are found
/// here. Nothing is taken for granted: whatever looks odd makes `is_whole` false.
class PageUse {
  public:
    /// `pages.leaves` must tell which leaves have cells that go on elsewhere.
    explicit PageUse(const TreePages& pages);

    /// The b-tree that begins at page `root`; returns its pages without those that cells go on in.
    std::uint32_t add_tree(std::uint32_t root);
    /// The free pages, and what cells go on in. After the last tree.
    void add_rest();
    /// Each page was seen once.
    bool is_whole() const noexcept { return is_sound_ && seen_ == pages_.count; }

  private:
    bool mark(std::uint32_t page);
    void visit(std::uint32_t page, std::vector<std::uint32_t>& waiting);
    void add_children(std::uint32_t cells, std::vector<std::uint32_t>& waiting);
    void add_overflows();
    void follow(std::uint32_t page);
    void add_free_pages();
    void read(std::uint32_t page);

    const TreePages& pages_;
    std::vector<std::byte> bytes_;            ///< of the page at hand
    std::uint32_t page_ = 0;                  ///< that page
    std::size_t usable_;                      ///< bytes of each page
    std::vector<bool> is_used_;               ///< by page number
    std::vector<std::uint32_t> overflowing_;  ///< pages with cells that go on elsewhere
    std::uint32_t seen_ = 0;
    bool is_sound_ = true;
};

}  // namespace keel::sqlite
