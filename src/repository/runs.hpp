#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace keel {

/// Only what we named ourselves is ever swept.
inline bool is_backup_id(std::string_view name) noexcept {
    constexpr std::size_t date = 8;
    constexpr std::size_t time = 15;
    const auto are_digits = [](std::string_view text) {
        return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    };
    return name.size() > time + 1 && name[date] == 't' && name[time] == '-' &&
           are_digits(name.substr(0, date)) && are_digits(name.substr(date + 1, time - date - 1));
}

inline std::string run_folder(std::string_view id) {
    return "tmp/" + std::string(id);
}
/// Held by the run for as long as it lives.
inline std::string run_lock(std::string_view id) {
    return run_folder(id) + "/lock";
}

}  // namespace keel
