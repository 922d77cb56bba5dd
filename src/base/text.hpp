#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keel {

std::vector<std::string> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string_view trim(std::string_view text) noexcept;
std::string to_lower(std::string_view text);  ///< ASCII only
bool starts_with_ignore_case(std::string_view text, std::string_view prefix) noexcept;
bool equals_ignore_case(std::string_view left, std::string_view right) noexcept;
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

/// The candidate with the smallest edit distance to `word`, if near enough to be a likely typing
/// error.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);
/// " (did you mean 'x'?)", or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

bool is_valid_utf8(std::string_view text) noexcept;
/// Makes text from outside safe to show in a terminal or a log line: C0/C1 controls and
/// bidirectional overrides become escapes. Line feeds stay when `keep_newlines`.
std::string escape_controls(std::string_view text, bool keep_newlines = false);

/// "1 file", "3 files"; `plural` where it is more than the singular and an s.
std::string count_of(std::uint64_t count, std::string_view singular, std::string_view plural = {});
/// "1.8 MB", powers of 1000.
std::string format_bytes(std::uint64_t bytes);
/// "41 ms", "2.3 s", "4 min 05 s".
std::string format_duration(std::chrono::milliseconds duration);
/// "30s", "5 min", "1h", "250ms", "2d", plain digits are seconds. Nothing when it cannot be read.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// Digits only, no sign, no blanks.
std::optional<std::uint64_t> parse_unsigned(std::string_view text) noexcept;

std::string hex(std::span<const std::byte> bytes);
std::vector<std::byte> unhex(std::string_view text);

/// Line and column (both from 1, columns in code points) of a byte offset.
struct LineColumn {
    int line = 1;
    int column = 1;
};
LineColumn line_column(std::string_view text, std::size_t offset) noexcept;

}  // namespace keel
