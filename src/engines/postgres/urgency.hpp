#pragma once

#include <cstdint>

#include "engines/postgres/dump_catalog.hpp"

namespace keel::postgres {

// The order in which a crew takes the work on tables: whatever the most work hangs on goes first,
// so that nothing large is left alone at the end. Rows come before what is made of them; unique
// indexes before others.

inline std::uint64_t load_urgency(const DumpTable& table) noexcept {
    return table.bytes * 4 * (1 + table.builds) + 4;
}
inline std::uint64_t index_urgency(const DumpTable& table, bool is_key) noexcept {
    return table.bytes * 3 + (is_key ? 3 : 2);
}
inline std::uint64_t compare_urgency(const DumpTable& table) noexcept {
    return table.bytes + 1;
}

}  // namespace keel::postgres
