#include "engines/sqlite/row_count.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "engines/sqlite/overflow_cells.hpp"
#include "engines/sqlite/page_format.hpp"

namespace keel::sqlite {
namespace {

/// 64 MiB: beyond, the headers of leaves are read again.
constexpr std::uint32_t most_remembered = 32u << 20;
constexpr std::uint16_t no_leaf = 0xffff;
/// Of what is remembered of a leaf: it has cells that go on elsewhere. Cells are fewer than that.
constexpr std::uint16_t overflow_mark = 0x8000;

Error damaged(std::uint32_t page) {
    return Error(ErrorKind::integrity,
                 fmt::format("the database is damaged: page {} is not what it should be", page))
        .with_hint("see everything that is wrong with: keel db check");
}

class Counter {
  public:
    Counter(const TreePages& pages, std::uint32_t root) : pages_(pages), bytes_(pages.size) {
        waiting_.push_back(root);
    }

    std::uint64_t run() {
        while (!waiting_.empty()) {
            const std::uint32_t page = waiting_.back();
            waiting_.pop_back();
            if (page == 0 || page > pages_.count || ++seen_ > pages_.count) throw damaged(page);
            visit(page);
        }
        return rows_;
    }

  private:
    void visit(std::uint32_t page) {
        if (const int cells = pages_.leaves ? pages_.leaves->find(page) : -1; cells >= 0) {
            rows_ += static_cast<std::uint64_t>(cells);
            return;
        }
        pages_.read(page, bytes_);
        const std::size_t at = header_of(page);
        const auto kind = std::to_integer<std::uint8_t>(bytes_[at]);
        const std::uint32_t cells = big_endian(bytes_, at + 3, 2);
        switch (kind) {
            case table_leaf:
            case index_leaf:
                rows_ += cells;
                return;
            case index_interior:
                rows_ += cells;
                return add_children(page, cells);
            case table_interior:
                return add_children(page, cells);
            default:
                throw damaged(page);
        }
    }

    void add_children(std::uint32_t page, std::uint32_t cells) {
        const std::size_t at = header_of(page);
        waiting_.push_back(big_endian(bytes_, at + 8, 4));
        for (std::uint32_t i = 0; i < cells; ++i) {
            const std::size_t pointer = at + 12 + 2 * std::size_t{i};
            if (pointer + 2 > bytes_.size()) throw damaged(page);
            const std::size_t cell = big_endian(bytes_, pointer, 2);
            if (cell + 4 > bytes_.size()) throw damaged(page);
            waiting_.push_back(big_endian(bytes_, cell, 4));
        }
    }

    const TreePages& pages_;
    std::vector<std::byte> bytes_;
    std::vector<std::uint32_t> waiting_;
    std::uint32_t seen_ = 0;
    std::uint64_t rows_ = 0;
};

}  // namespace

LeafCells::LeafCells(std::uint32_t page_count, LookFor wanted)
    : cells_(page_count <= most_remembered ? page_count : 0, no_leaf),
      looks_for_overflows_(wanted == LookFor::overflows) {}

void LeafCells::see(std::uint32_t page, std::span<const std::byte> bytes) {
    if (page == 0 || page > cells_.size()) return;
    if (page == 1) usable_ = usable_size(bytes);
    const std::size_t at = header_of(page);
    const auto kind = std::to_integer<std::uint8_t>(bytes[at]);
    if (kind != table_leaf && kind != index_leaf) return;
    const std::uint32_t cells = big_endian(bytes, at + 3, 2);
    if (cells >= overflow_mark) return;  // no page has room for so many
    std::uint16_t known = static_cast<std::uint16_t>(cells);
    if (looks_for_overflows_ && has_overflow(page, bytes)) known |= overflow_mark;
    cells_[page - 1] = known;
}

bool LeafCells::has_overflow(std::uint32_t page, std::span<const std::byte> bytes) const {
    bool found = false;
    const bool is_sound = each_overflow(bytes, {.number = page, .usable = usable_},
                                        [&](std::uint32_t) { found = true; });
    return found || !is_sound;
}

int LeafCells::find(std::uint32_t page) const noexcept {
    if (page == 0 || page > cells_.size() || cells_[page - 1] == no_leaf) return -1;
    return cells_[page - 1] & ~overflow_mark;
}

bool LeafCells::overflows(std::uint32_t page) const noexcept {
    if (!looks_for_overflows_ || find(page) < 0) return true;
    return (cells_[page - 1] & overflow_mark) != 0;
}

std::uint64_t count_rows(const TreePages& pages, std::uint32_t root) {
    return Counter(pages, root).run();
}

}  // namespace keel::sqlite
