#include "engines/sqlite/page_use.hpp"

#include "engines/sqlite/overflow_cells.hpp"
#include "engines/sqlite/page_format.hpp"

namespace keel::sqlite {
namespace {

constexpr std::size_t first_free_at = 32;  // in the database's header
constexpr std::uint32_t lock_byte = 0x40000000;

}  // namespace

PageUse::PageUse(const TreePages& pages)
    : pages_(pages), bytes_(pages.size), usable_(pages.size), is_used_(pages.count + 1, false) {
    if (pages.count == 0 || pages.size < 512) {
        is_sound_ = false;
        return;
    }
    read(1);
    usable_ = usable_size(bytes_);
    // The page that SQLite's locks lie in is never used.
    const auto locks = static_cast<std::uint32_t>(lock_byte / pages.size) + 1;
    if (locks <= pages.count) mark(locks);
}

/// False when it is no page, or somebody's already.
bool PageUse::mark(std::uint32_t page) {
    if (!is_sound_) return false;
    is_sound_ = page > 0 && page <= pages_.count && !is_used_[page];
    if (!is_sound_) return false;
    is_used_[page] = true;
    ++seen_;
    return true;
}

void PageUse::read(std::uint32_t page) {
    if (page_ != page) pages_.read(page, bytes_);
    page_ = page;
}

std::uint32_t PageUse::add_tree(std::uint32_t root) {
    const std::uint32_t before = seen_;
    std::vector<std::uint32_t> waiting = {root};
    while (is_sound_ && !waiting.empty()) {
        const std::uint32_t page = waiting.back();
        waiting.pop_back();
        if (mark(page)) visit(page, waiting);
    }
    return seen_ - before;
}

void PageUse::visit(std::uint32_t page, std::vector<std::uint32_t>& waiting) {
    if (pages_.leaves && pages_.leaves->find(page) >= 0) {
        if (pages_.leaves->overflows(page)) overflowing_.push_back(page);
        return;
    }
    read(page);
    const std::uint32_t cells = big_endian(bytes_, header_of(page) + 3, 2);
    switch (std::to_integer<std::uint8_t>(bytes_[header_of(page)])) {
        case table_interior:
            return add_children(cells, waiting);
        case index_interior:
            overflowing_.push_back(page);
            return add_children(cells, waiting);
        case table_leaf:
        case index_leaf:
            overflowing_.push_back(page);
            return;
        default:
            is_sound_ = false;
    }
}

void PageUse::add_children(std::uint32_t cells, std::vector<std::uint32_t>& waiting) {
    const std::size_t at = header_of(page_);
    waiting.push_back(big_endian(bytes_, at + 8, 4));
    for (std::uint32_t i = 0; i < cells; ++i) {
        const std::size_t pointer = at + 12 + 2 * std::size_t{i};
        is_sound_ = is_sound_ && pointer + 2 <= bytes_.size();
        const std::size_t cell = is_sound_ ? big_endian(bytes_, pointer, 2) : bytes_.size();
        is_sound_ = is_sound_ && cell + 4 <= bytes_.size();
        if (!is_sound_) return;
        waiting.push_back(big_endian(bytes_, cell, 4));
    }
}

void PageUse::add_rest() {
    add_overflows();
    add_free_pages();
}

void PageUse::add_overflows() {
    std::vector<std::uint32_t> firsts;
    for (const std::uint32_t page : overflowing_) {
        if (!is_sound_) return;
        read(page);
        firsts.clear();
        is_sound_ = each_overflow(bytes_, {.number = page, .usable = usable_},
                                  [&](std::uint32_t first) { firsts.push_back(first); });
        for (const std::uint32_t first : firsts) follow(first);
    }
}

/// Every page of a chain begins with the next one's number.
void PageUse::follow(std::uint32_t page) {
    while (page != 0 && mark(page)) {
        read(page);
        page = big_endian(bytes_, 0, 4);
    }
}

void PageUse::add_free_pages() {
    read(1);
    std::uint32_t trunk = big_endian(bytes_, first_free_at, 4);
    while (trunk != 0 && mark(trunk)) {
        read(trunk);
        const std::uint32_t leaves = big_endian(bytes_, 4, 4);
        is_sound_ = is_sound_ && leaves <= bytes_.size() / 4 - 2;
        for (std::uint32_t i = 0; is_sound_ && i < leaves; ++i)
            mark(big_endian(bytes_, 8 + 4 * std::size_t{i}, 4));
        trunk = big_endian(bytes_, 0, 4);
    }
}

}  // namespace keel::sqlite
