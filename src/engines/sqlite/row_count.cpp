#include "engines/sqlite/row_count.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"

namespace keel::sqlite {
namespace {

/// 64 MiB: beyond, the headers of leaves are read again.
constexpr std::uint32_t most_remembered = 32u << 20;
constexpr std::uint16_t no_leaf = 0xffff;
constexpr std::size_t first_page_header = 100;

enum : std::uint8_t { index_interior = 2, table_interior = 5, index_leaf = 10, table_leaf = 13 };

std::uint32_t number(std::span<const std::byte> bytes, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
    return value;
}

std::size_t header_of(std::uint32_t page) noexcept {
    return page == 1 ? first_page_header : 0;
}

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
        const std::uint32_t cells = number(bytes_, at + 3, 2);
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
        waiting_.push_back(number(bytes_, at + 8, 4));
        for (std::uint32_t i = 0; i < cells; ++i) {
            const std::size_t pointer = at + 12 + 2 * std::size_t{i};
            if (pointer + 2 > bytes_.size()) throw damaged(page);
            const std::size_t cell = number(bytes_, pointer, 2);
            if (cell + 4 > bytes_.size()) throw damaged(page);
            waiting_.push_back(number(bytes_, cell, 4));
        }
    }

    const TreePages& pages_;
    std::vector<std::byte> bytes_;
    std::vector<std::uint32_t> waiting_;
    std::uint32_t seen_ = 0;
    std::uint64_t rows_ = 0;
};

}  // namespace

LeafCells::LeafCells(std::uint32_t page_count)
    : cells_(page_count <= most_remembered ? page_count : 0, no_leaf) {}

void LeafCells::see(std::uint32_t page, std::span<const std::byte> bytes) {
    if (page == 0 || page > cells_.size()) return;
    const std::size_t at = header_of(page);
    const auto kind = std::to_integer<std::uint8_t>(bytes[at]);
    if (kind != table_leaf && kind != index_leaf) return;
    cells_[page - 1] = static_cast<std::uint16_t>(number(bytes, at + 3, 2));
}

int LeafCells::find(std::uint32_t page) const noexcept {
    if (page == 0 || page > cells_.size() || cells_[page - 1] == no_leaf) return -1;
    return cells_[page - 1];
}

std::uint64_t count_rows(const TreePages& pages, std::uint32_t root) {
    return Counter(pages, root).run();
}

}  // namespace keel::sqlite
