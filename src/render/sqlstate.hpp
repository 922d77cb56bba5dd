#pragma once

#include <algorithm>
#include <string_view>

namespace keel {

/// SQLite's result codes travel in the same field as SQLSTATEs, which are five digits and capitals.
inline bool is_sqlstate(std::string_view state) noexcept {
    return state.size() == 5 && std::ranges::all_of(state, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
           });
}

}  // namespace keel
