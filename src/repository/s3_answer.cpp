#include "repository/s3_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> entities = {{
    {"&lt;", "<"},
    {"&gt;", ">"},
    {"&quot;", "\""},
    {"&apos;", "'"},
    {"&amp;", "&"},
}};

/// "&#34;" and "&#x22;", as far as ASCII; nothing for others.
std::optional<char> numbered(std::string_view digits) {
    unsigned value = 0;
    const bool is_hex = digits.starts_with('x');
    if (is_hex) digits.remove_prefix(1);
    if (digits.empty() || digits.size() > 3) return std::nullopt;
    constexpr std::string_view known = "0123456789abcdef";
    for (const char c : to_lower(digits)) {
        const std::size_t digit = known.find(c);
        if (digit == std::string_view::npos || (!is_hex && digit > 9)) return std::nullopt;
        value = value * (is_hex ? 16u : 10u) + static_cast<unsigned>(digit);
    }
    if (value == 0 || value > 0x7f) return std::nullopt;
    return static_cast<char>(value);
}

/// What the entity at the beginning of `text` stands for, and how long it is.
std::pair<std::string, std::size_t> entity(std::string_view text) {
    for (const auto& [name, meaning] : entities)
        if (text.starts_with(name)) return {std::string(meaning), name.size()};
    const std::size_t end = text.find(';');
    if (text.starts_with("&#") && end != std::string_view::npos)
        if (const auto c = numbered(text.substr(2, end - 2))) return {std::string(1, *c), end + 1};
    return {"&", 1};
}

std::string unescaped(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        if (text.front() != '&') {
            plain += text.front();
            text.remove_prefix(1);
            continue;
        }
        const auto [meaning, length] = entity(text);
        plain += meaning;
        text.remove_prefix(length);
    }
    return plain;
}

std::optional<TimePoint> time_from(std::string_view iso) {
    try {
        return parse_utc(iso);
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace

std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view name) {
    const std::string opening = fmt::format("<{}>", name);
    const std::string closing = fmt::format("</{}>", name);
    std::vector<std::string_view> found;
    for (;;) {
        const std::size_t begin = xml.find(opening);
        if (begin == std::string_view::npos) return found;
        xml.remove_prefix(begin + opening.size());
        const std::size_t end = xml.find(closing);
        if (end == std::string_view::npos) return found;
        found.push_back(xml.substr(0, end));
        xml.remove_prefix(end + closing.size());
    }
}

std::string xml_text(std::string_view xml, std::string_view name) {
    const auto found = xml_elements(xml, name);
    return found.empty() ? std::string() : unescaped(found.front());
}

std::optional<TimePoint> parse_http_date(std::string_view text) {
    constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr std::size_t length = 29;  // of the only form that is written today
    if (text.size() != length || !text.ends_with(" GMT")) return std::nullopt;
    const auto month = std::ranges::find(months, text.substr(8, 3));
    if (month == months.end()) return std::nullopt;
    return time_from(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month - months.begin() + 1,
                                 text.substr(5, 2), text.substr(17, 8)));
}

std::optional<TimePoint> parse_listed_time(std::string_view text) {
    return time_from(text);
}

}  // namespace keel
