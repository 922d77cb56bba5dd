#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace keel {

/// Columns that UTF-8 text takes in a terminal: combining marks take none, East Asian wide
/// characters and emoji two. Knows Unicode by ranges, independent of the process's locale.
std::size_t display_width(std::string_view text) noexcept;

/// The longest beginning of `text` that fits into `columns`; never cuts a character.
std::string_view fit_width(std::string_view text, std::size_t columns) noexcept;

std::string pad_right(std::string_view text, std::size_t columns);
std::string pad_left(std::string_view text, std::size_t columns);

}  // namespace keel
