#include "ops/kit/table_patterns.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/kit/table_report.hpp"

namespace keel {
namespace {

bool means(std::string_view pattern, std::string_view schema, std::string_view table) {
    if (matches_pattern(pattern, table)) return true;
    return matches_pattern(pattern, fmt::format("{}.{}", schema, table));
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) noexcept {
    // The last star seen may take one character more whenever the rest does not fit.
    std::size_t at = 0, star = std::string_view::npos, taken = 0;
    for (std::size_t i = 0; i < text.size();) {
        if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[i]) &&
            pattern[at] != '*') {
            ++at;
            ++i;
        } else if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            taken = i;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            i = ++taken;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

bool TablePatterns::matches(std::string_view schema, std::string_view table) const {
    return std::ranges::any_of(
        patterns_, [&](const std::string& pattern) { return means(pattern, schema, table); });
}

void TablePatterns::require_matches(std::span<const TableContent> tables) const {
    for (const auto& pattern : patterns_) {
        const bool is_any = std::ranges::any_of(tables, [&](const TableContent& table) {
            return means(pattern, table.schema, table.name);
        });
        if (is_any) continue;
        std::vector<std::string> names;
        for (const auto& table : tables) names.push_back(table_name(table));
        throw Error(ErrorKind::not_found,
                    fmt::format("no table is called '{}'{}", pattern, did_you_mean(pattern, names)))
            .with_hint("list the tables with: keel inspect --tables");
    }
}

}  // namespace keel
