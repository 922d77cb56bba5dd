#pragma once

#include <algorithm>
#include <cstdint>

#include "engines/postgres/dump_catalog.hpp"

namespace keel::postgres {

// The order in which a crew takes the work on tables: whatever the most work hangs on goes first,
// so that nothing large is left alone at the end. Rows come before what is made of them; unique
// indexes before others.

/// A small table that a large one refers to is as urgent as that.
inline std::uint64_t weight_of(const DumpTable& table) noexcept {
    return std::max(table.bytes, table.awaited);
}
inline std::uint64_t load_urgency(const DumpTable& table) noexcept {
    return std::max(table.bytes * 4 * (1 + table.builds), table.awaited * 4) + 4;
}
inline std::uint64_t index_urgency(const DumpTable& table, bool is_key) noexcept {
    return weight_of(table) * 3 + (is_key ? 3 : 2);
}
inline std::uint64_t compare_urgency(const DumpTable& table) noexcept {
    return weight_of(table) + 1;
}

}  // namespace keel::postgres
