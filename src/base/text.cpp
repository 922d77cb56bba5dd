#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>

#include "base/ascii.hpp"
#include "base/error.hpp"

namespace keel {
namespace {

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/// Optimal string alignment distance: a swap of neighbours counts once.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
    std::iota(previous.begin(), previous.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t same = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
            current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + same});
            const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                                 lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) current[j] = std::min(current[j], before[j - 2] + 1);
        }
        std::swap(before, previous);
        std::swap(previous, current);
    }
    return previous[b.size()];
}

/// Length of the code point that starts at `at`, 0 when it is not valid UTF-8 (overlong, surrogate,
/// too large).
std::size_t code_point_length(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80) return 0;
    }
    const unsigned char second = byte(at + 1);
    if (first == 0xE0 && second < 0xA0) return 0;
    if (first == 0xED && second > 0x9F) return 0;
    if (first == 0xF0 && second < 0x90) return 0;
    if (first == 0xF4 && second > 0x8F) return 0;
    return length;
}

unsigned decode(std::string_view bytes) noexcept {
    const auto byte = [&](std::size_t i) {
        return static_cast<unsigned>(static_cast<unsigned char>(bytes[i]));
    };
    if (bytes.size() == 1) return byte(0);
    if (bytes.size() == 2) return (byte(0) & 0x1Fu) << 6 | (byte(1) & 0x3Fu);
    if (bytes.size() == 3)
        return (byte(0) & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
    return (byte(0) & 0x07u) << 18 | (byte(1) & 0x3Fu) << 12 | (byte(2) & 0x3Fu) << 6 |
           (byte(3) & 0x3Fu);
}

bool is_dangerous(unsigned point) noexcept {
    if (point < 0x20 || (point >= 0x7F && point < 0xA0)) return true;  // C0, DEL, C1
    if (point >= 0x202A && point <= 0x202E) return true;  // bidirectional embeddings and overrides
    if (point >= 0x2066 && point <= 0x2069) return true;  // bidirectional isolates
    return point == 0x200E || point == 0x200F || point == 0x2028 || point == 0x2029;
}

}  // namespace

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t start = 0;;) {
        const std::size_t end = text.find(separator, start);
        parts.emplace_back(text.substr(start, end == std::string_view::npos ? end : end - start));
        if (end == std::string_view::npos) return parts;
        start = end + 1;
    }
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
    return fmt::format("{}", fmt::join(parts, separator));
}

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

std::string to_lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
}

bool equals_ignore_case(std::string_view left, std::string_view right) noexcept {
    return left.size() == right.size() &&
           std::equal(left.begin(), left.end(), right.begin(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

bool starts_with_ignore_case(std::string_view text, std::string_view prefix) noexcept {
    return text.size() >= prefix.size() &&
           equals_ignore_case(text.substr(0, prefix.size()), prefix);
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
    std::string result;
    for (std::size_t start = 0;;) {
        const std::size_t found = from.empty() ? std::string_view::npos : text.find(from, start);
        result += text.substr(start, found == std::string_view::npos ? found : found - start);
        if (found == std::string_view::npos) return result;
        result += to;
        start = found + from.size();
    }
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
    std::optional<std::string> best;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const auto& candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
    const auto candidate = nearest(word, candidates);
    return candidate ? fmt::format(" (did you mean '{}'?)", *candidate) : std::string();
}

bool is_valid_utf8(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = code_point_length(text, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

std::string escape_controls(std::string_view text, bool keep_newlines) {
    if (is_printable_ascii(text)) return std::string(text);
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = code_point_length(text, at);
        if (length == 0) {
            result += fmt::format("\\x{:02x}",
                                  static_cast<unsigned>(static_cast<unsigned char>(text[at])));
            ++at;
            continue;
        }
        const auto bytes = text.substr(at, length);
        const unsigned point = decode(bytes);
        if (point == '\n' && keep_newlines)
            result += '\n';
        else if (is_dangerous(point))
            result +=
                point < 0x100 ? fmt::format("\\x{:02x}", point) : fmt::format("\\u{:04x}", point);
        else
            result += bytes;
        at += length;
    }
    return result;
}

std::string count_of(std::uint64_t count, std::string_view singular, std::string_view plural) {
    if (count == 1) return fmt::format("1 {}", singular);
    if (!plural.empty()) return fmt::format("{} {}", count, plural);
    return fmt::format("{} {}s", count, singular);
}

std::string format_bytes(std::uint64_t bytes) {
    if (bytes < 1000) return fmt::format("{} B", bytes);
    static constexpr std::array<std::string_view, 5> units = {"kB", "MB", "GB", "TB", "PB"};
    double value = static_cast<double>(bytes) / 1000.0;
    std::size_t unit = 0;
    while (value >= 999.95 && unit + 1 < units.size()) {
        value /= 1000.0;
        ++unit;
    }
    return value < 10 ? fmt::format("{:.2f} {}", value, units[unit])
                      : fmt::format("{:.1f} {}", value, units[unit]);
}

std::string format_duration(std::chrono::milliseconds duration) {
    const auto ms = duration.count();
    if (ms < 1000) return fmt::format("{} ms", ms);
    if (ms < 60'000) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000.0);
    const auto seconds = ms / 1000;
    if (seconds < 3600) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
    return fmt::format("{} h {:02} min", seconds / 3600, seconds / 60 % 60);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    text = trim(text);
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto amount = parse_unsigned(text.substr(0, digits));
    if (!amount) return std::nullopt;
    const auto unit = trim(text.substr(digits));
    std::uint64_t factor = 0;
    if (unit == "ms")
        factor = 1;
    else if (unit.empty() || unit == "s" || unit == "sec")
        factor = 1000;
    else if (unit == "m" || unit == "min")
        factor = 60'000;
    else if (unit == "h")
        factor = 3'600'000;
    else if (unit == "d")
        factor = 86'400'000;
    else
        return std::nullopt;
    if (*amount > static_cast<std::uint64_t>(INT64_MAX) / factor) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(*amount * factor));
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text) noexcept {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::string hex(std::span<const std::byte> bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string result;
    result.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        result += digits[std::to_integer<std::size_t>(byte >> 4)];
        result += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
    }
    return result;
}

std::vector<std::byte> unhex(std::string_view text) {
    const auto digit = [&](char c) -> unsigned {
        if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
        if (lower(c) >= 'a' && lower(c) <= 'f') return static_cast<unsigned>(lower(c) - 'a') + 10;
        throw Error(ErrorKind::invalid_input,
                    fmt::format("'{}' is not hexadecimal", escape_controls(text)));
    };
    if (text.size() % 2 != 0)
        throw Error(ErrorKind::invalid_input, "hexadecimal text has an odd length");
    std::vector<std::byte> result;
    result.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        result.push_back(static_cast<std::byte>(digit(text[i]) << 4 | digit(text[i + 1])));
    }
    return result;
}

LineColumn line_column(std::string_view text, std::size_t offset) noexcept {
    LineColumn result;
    const auto before = text.substr(0, std::min(offset, text.size()));
    for (const char c : before) {
        if (c == '\n') {
            ++result.line;
            result.column = 1;
        } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
            ++result.column;
        }
    }
    return result;
}

}  // namespace keel
