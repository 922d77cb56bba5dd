#include "ops/lint/fixes.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace keel::lint {
namespace {

struct Replacement {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string text;
    bool operator==(const Replacement&) const = default;
};

/// Where the section's text stands in the file's; nothing when it does not stand there once.
std::optional<std::size_t> find_section(const std::string& text, const MigrationSection& section) {
    const bool is_there = section.offset <= text.size() &&
                          text.compare(section.offset, section.text.size(), section.text) == 0;
    if (is_there) return section.offset;
    const auto found = text.find(section.text);
    const bool is_only = found != std::string::npos && !section.text.empty() &&
                         text.find(section.text, found + 1) == std::string::npos;
    return is_only ? std::optional(found) : std::nullopt;
}

std::optional<Replacement> replacement_of(const std::string& text, const Edit& edit) {
    const auto start = find_section(text, *edit.section);
    if (!start) return std::nullopt;
    if (edit.marker_option.empty())
        return Replacement{*start + edit.begin, *start + edit.end, edit.replacement};
    // The marker is the line above the section's first one.
    if (*start == 0) return std::nullopt;
    std::size_t end = *start - 1;
    if (end > 0 && text[end - 1] == '\r') --end;
    const auto line = text.rfind('\n', end == 0 ? 0 : end - 1);
    const std::size_t begin = line == std::string::npos ? 0 : line + 1;
    const std::string_view marker = std::string_view(text).substr(begin, end - begin);
    if (marker.find("migrate:") == std::string_view::npos) return std::nullopt;
    if (marker.find(edit.marker_option) != std::string_view::npos) return Replacement{end, end, ""};
    return Replacement{end, end, " " + edit.marker_option};
}

/// All edits of a finding, or none: half a fix is worse than none.
std::optional<std::vector<Replacement>> replacements_of(const std::string& text,
                                                        const Finding& finding) {
    std::vector<Replacement> all;
    for (const Edit& edit : finding.edits) {
        auto one = replacement_of(text, edit);
        if (!one) return std::nullopt;
        all.push_back(std::move(*one));
    }
    return all;
}

bool overlaps(const Replacement& left, const Replacement& right) noexcept {
    if (left.begin == left.end || right.begin == right.end)
        return left.begin == right.begin && left.end == right.end && !(left == right);
    return left.begin < right.end && right.begin < left.end;
}

/// The text with the edits made that do not overlap; ids of the rules whose edits were made are
/// added to `rules`.
std::string fix_text(std::string text, std::span<const Finding* const> findings,
                     std::vector<std::string>& rules) {
    std::vector<Replacement> chosen;
    for (const Finding* finding : findings) {
        const auto wanted = replacements_of(text, *finding);
        if (!wanted) continue;
        const bool collides = std::ranges::any_of(*wanted, [&](const Replacement& one) {
            return std::ranges::any_of(chosen,
                                       [&](const auto& other) { return overlaps(one, other); });
        });
        if (collides) continue;
        for (const Replacement& one : *wanted)
            if (std::ranges::find(chosen, one) == chosen.end()) chosen.push_back(one);
        const std::string id(finding->rule->id);
        if (std::ranges::find(rules, id) == rules.end()) rules.push_back(id);
    }
    std::ranges::sort(chosen, std::greater(), &Replacement::begin);
    for (const Replacement& one : chosen) text.replace(one.begin, one.end - one.begin, one.text);
    return text;
}

const std::filesystem::path& file_of(const Finding& finding) noexcept {
    const auto& own = finding.edits.front().section->file;
    return own.empty() ? finding.migration->file : own;
}

}  // namespace

std::vector<FixedFile> fix_files(std::span<const Finding> findings, const TextOf& text_of) {
    std::map<std::filesystem::path, std::vector<const Finding*>> by_file;
    for (const Finding& finding : findings)
        if (!finding.edits.empty() && !finding.applied)
            by_file[file_of(finding)].push_back(&finding);
    std::vector<FixedFile> fixed;
    for (const auto& [path, own] : by_file) {
        FixedFile file{.file = path.native(), .text = {}, .rules = {}};
        file.text = fix_text(text_of(path), own, file.rules);
        if (!file.rules.empty()) fixed.push_back(std::move(file));
    }
    return fixed;
}

}  // namespace keel::lint
