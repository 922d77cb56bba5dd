#include "ops/migrate/layouts/flyway_name.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "model/migration.hpp"
#include "ops/migrate/layouts/source_files.hpp"

namespace keel {
namespace {

constexpr std::string_view separator = "__";

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

std::optional<FlywayKind> kind_of(std::string_view file) noexcept {
    if (file.empty()) return std::nullopt;
    switch (file.front()) {
        case 'V':
            return FlywayKind::versioned;
        case 'U':
            return FlywayKind::undo;
        case 'R':
            return FlywayKind::repeatable;
        case 'B':
            return FlywayKind::baseline;
        default:
            return std::nullopt;
    }
}

bool is_script_or_program(std::string_view file) noexcept {
    return extension_of(file) == "sql" || !program_language(file).empty();
}

/// Digits in groups that a full stop or an underscore parts.
bool is_version(std::string_view text) noexcept {
    if (text.empty() || !is_digit(text.front()) || !is_digit(text.back())) return false;
    bool after_digit = false;
    for (const char c : text) {
        if (!is_digit(c) && !(after_digit && (c == '.' || c == '_'))) return false;
        after_digit = is_digit(c);
    }
    return true;
}

}  // namespace

std::optional<FlywayName> parse_flyway_name(std::string_view file) {
    const auto kind = kind_of(file);
    if (!kind || !is_script_or_program(file)) return std::nullopt;
    const std::string_view rest = without_extension(file).substr(1);
    const std::size_t at = rest.find(separator);
    const std::string_view version = rest.substr(0, at);
    FlywayName name{.kind = *kind, .version = {}, .description = {}};
    if (at != std::string_view::npos)
        name.description = std::string(rest.substr(at + separator.size()));
    if (*kind == FlywayKind::repeatable) {
        if (!version.empty() || name.description.empty()) return std::nullopt;
        return name;
    }
    if (!is_version(version)) return std::nullopt;
    name.version = replace_all(version, "_", ".");
    return name;
}

bool is_nearly_flyway_name(std::string_view file) noexcept {
    if (extension_of(file) != "sql" || file.size() < 2) return false;
    const auto kind = kind_of(file);
    if (!kind) return false;
    if (*kind == FlywayKind::repeatable) return file[1] == '_';
    return is_digit(file[1]);
}

std::string flyway_version_key(std::string_view version) {
    std::string key;
    std::size_t kept = 0;
    while (true) {
        const std::size_t end = std::min(version.find('.'), version.size());
        const std::string_view part = version_key(version.substr(0, end));
        if (!key.empty()) key.push_back('.');
        key.append(part);
        if (part != "0") kept = key.size();
        if (end == version.size()) break;
        version.remove_prefix(end + 1);
    }
    return kept == 0 ? "0" : key.substr(0, kept);
}

}  // namespace keel
