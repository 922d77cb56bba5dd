#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>

namespace keel::sqlite {

/// Tells, page by page, which pages of a database file hold its schema: the b-tree that begins on
/// page 1, and what overflows of it. They are given in any order; whoever reads the file once more
/// when some are missing gets them all.
class SchemaPages {
  public:
    SchemaPages();

    /// Whether page `number` is wanted and not seen yet.
    bool wants(std::uint32_t number) const { return wanted_.contains(number); }
    bool is_complete() const noexcept { return wanted_.empty(); }
    /// Throws ErrorKind::integrity for what is no page of a schema.
    void see(std::uint32_t number, std::span<const std::byte> page);

  private:
    enum class Kind { tree, overflow };

    void want(std::uint32_t number, Kind kind);
    void see_tree(std::uint32_t number, std::span<const std::byte> page);
    void see_cell(std::span<const std::byte> page, std::size_t at);

    std::map<std::uint32_t, Kind> wanted_;
    std::set<std::uint32_t> seen_;
    std::size_t usable_ = 0;  ///< bytes of a page that hold content
};

}  // namespace keel::sqlite
