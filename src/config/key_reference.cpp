#include <fmt/format.h>

#include "base/text.hpp"
#include "config/key_table.hpp"

namespace keel {
namespace {

std::string type_name(const KeySpec& key) {
    switch (key.type) {
        case KeyType::text:
            return "text";
        case KeyType::name:
            return "name of an environment";
        case KeyType::path:
            return "path";
        case KeyType::integer:
            return fmt::format("{} to {}", key.minimum, key.maximum);
        case KeyType::boolean:
            return "true or false";
        case KeyType::duration:
            return "duration";
        case KeyType::choice:
            return replace_all(key.choices, "|", ", ");
        case KeyType::kind:
            return "development, test, staging, production, other";
        case KeyType::address:
            return "address";
        case KeyType::secret:
            return "secret";
        case KeyType::time_of_day:
            return "time of day";
        case KeyType::cron:
            return "cron expression";
        case KeyType::masker:
            return replace_all(masker_names(), "|", ", ") + ", or SQL";
        case KeyType::texts:
            return "list of text";
        case KeyType::addresses:
            return "list of addresses";
        case KeyType::table:
        case KeyType::named:
        case KeyType::list:
            return "table";
        case KeyType::anything:
            return "any";
    }
    return "text";
}

bool has_own_section(const KeySpec& key) {
    return key.type == KeyType::table || key.type == KeyType::list ||
           (key.type == KeyType::named && !key.keys.front().keys.empty());
}

/// The row again if an environment's key is one that [defaults] may hold, too: shown there alone.
bool is_shown_under_defaults(const KeySpec& key, std::string_view path) {
    const auto* defaults = find_key(configuration_keys().keys, "defaults");
    return path == "environments.NAME" && find_key(defaults->keys, key.name) != nullptr;
}

std::string default_cell(std::string_view text) {
    const bool is_value = text.starts_with('"') || text.starts_with('[') || text == "true" ||
                          text == "false" || parse_unsigned(text);
    return is_value ? fmt::format("`{}`", text) : std::string(text);
}

std::string section(const KeySpec& table, const std::string& path) {
    const bool is_list = table.type == KeyType::list;
    auto result = fmt::format("\n### `{}{}{}`\n\nHolds {}.", is_list ? "[[" : "[", path,
                              is_list ? "]]" : "]", table.help);
    if (path == "environments.NAME") result += " Every key of `[defaults]`, and:";
    result += "\n\n| key | value | default | meaning |\n|---|---|---|---|\n";
    for (const auto& key : table.keys) {
        if (has_own_section(key) || is_shown_under_defaults(key, path)) continue;
        result += fmt::format("| `{}` | {} | {} | {}{} |\n", key.name, type_name(key),
                              default_cell(key.default_value), key.help,
                              key.required ? " (required)" : "");
    }
    return result;
}

std::string sections(const KeySpec& table, const std::string& path) {
    std::string result;
    for (const auto& key : table.keys) {
        if (is_shown_under_defaults(key, path)) continue;
        auto below = path.empty() ? std::string(key.name) : fmt::format("{}.{}", path, key.name);
        const bool holds_tables = key.type == KeyType::named && !key.keys.front().keys.empty();
        const auto& shown = holds_tables ? key.keys.front() : key;
        if (holds_tables) below += fmt::format(".{}", shown.name);
        const bool is_named_at_top = path.empty() && key.type == KeyType::named;
        if (!has_own_section(key) && !is_named_at_top) continue;
        result += section(shown, below) + sections(shown, below);
    }
    return result;
}

}  // namespace

std::string configuration_reference() {
    return sections(configuration_keys(), "");
}

}  // namespace keel
