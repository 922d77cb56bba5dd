#include "engines/sqlite/schema_pages.hpp"

#include "base/error.hpp"

namespace keel::sqlite {
namespace {

// The file format's own numbers: https://www.sqlite.org/fileformat2.html
constexpr std::size_t header_size = 100;
constexpr std::size_t reserved_offset = 20;
constexpr unsigned interior_table = 5;
constexpr unsigned leaf_table = 13;
constexpr std::size_t smallest_usable = 480;

[[noreturn]] void refuse() {
    throw Error(ErrorKind::integrity, "the schema's pages in the backup are damaged")
        .with_hint("look for the damage with: keel backup verify");
}

std::uint32_t number_at(std::span<const std::byte> page, std::size_t at, std::size_t size) {
    if (at + size > page.size()) refuse();
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | std::to_integer<std::uint32_t>(page[at + i]);
    return value;
}

/// A number of one to nine bytes; moves `at` behind it.
std::uint64_t variable_number(std::span<const std::byte> page, std::size_t& at) {
    constexpr int longest = 9;
    std::uint64_t value = 0;
    for (int i = 1; i <= longest; ++i) {
        const auto byte = number_at(page, at++, 1);
        if (i == longest) return value << 8 | byte;
        value = value << 7 | (byte & 0x7f);
        if ((byte & 0x80) == 0) break;
    }
    return value;
}

/// How much of a row's `size` bytes lies in its leaf.
std::size_t local_size(std::uint64_t size, std::size_t usable) {
    const std::size_t most = usable - 35;
    if (size <= most) return static_cast<std::size_t>(size);
    const std::size_t least = (usable - 12) * 32 / 255 - 23;
    const auto wanted = least + static_cast<std::size_t>((size - least) % (usable - 4));
    return wanted <= most ? wanted : least;
}

}  // namespace

SchemaPages::SchemaPages() {
    want(1, Kind::tree);
}

void SchemaPages::want(std::uint32_t number, Kind kind) {
    if (number == 0 || seen_.contains(number)) refuse();
    wanted_.emplace(number, kind);
}

void SchemaPages::see(std::uint32_t number, std::span<const std::byte> page) {
    const auto found = wanted_.find(number);
    if (found == wanted_.end()) return;
    const Kind kind = found->second;
    wanted_.erase(found);
    seen_.insert(number);
    if (number == 1) usable_ = page.size() - number_at(page, reserved_offset, 1);
    if (usable_ < smallest_usable || usable_ > page.size()) refuse();
    if (kind == Kind::tree) return see_tree(number, page);
    if (const auto next = number_at(page, 0, 4); next != 0) want(next, Kind::overflow);
}

void SchemaPages::see_tree(std::uint32_t number, std::span<const std::byte> page) {
    const std::size_t start = number == 1 ? header_size : 0;
    const auto type = number_at(page, start, 1);
    if (type != interior_table && type != leaf_table) refuse();
    const bool is_leaf = type == leaf_table;
    const auto cells = number_at(page, start + 3, 2);
    const std::size_t pointers = start + (is_leaf ? 8 : 12);
    for (std::size_t i = 0; i < cells; ++i) {
        const auto at = number_at(page, pointers + 2 * i, 2);
        if (is_leaf)
            see_cell(page, at);
        else
            want(number_at(page, at, 4), Kind::tree);
    }
    if (!is_leaf) want(number_at(page, start + 8, 4), Kind::tree);
}

void SchemaPages::see_cell(std::span<const std::byte> page, std::size_t at) {
    const auto size = variable_number(page, at);
    variable_number(page, at);  // the rowid
    const auto local = local_size(size, usable_);
    if (local < size) want(number_at(page, at + local, 4), Kind::overflow);
}

}  // namespace keel::sqlite
