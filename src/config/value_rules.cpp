#include "config/value_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "model/environment.hpp"

namespace keel {
namespace {

using Type = ConfigNode::Type;

std::string wrong_type(std::string_view wanted, const ConfigNode& value) {
    return fmt::format("must be {}, not {}", wanted, to_string(value.type));
}

bool is_one_of(std::string_view choices, std::string_view word) {
    const auto all = split(choices, '|');
    return std::find(all.begin(), all.end(), word) != all.end();
}

std::string choice_problem(std::string_view choices, std::string_view word) {
    if (is_one_of(choices, word)) return {};
    return fmt::format("must be one of {}, not '{}'{}", replace_all(choices, "|", ", "),
                       escape_controls(word), did_you_mean(word, split(choices, '|')));
}

std::string duration_problem(const ConfigNode& value) {
    static constexpr std::string_view wanted =
        "must be a duration like \"30s\", \"5 min\", \"1h\" or \"250ms\", of ten years at most";
    constexpr std::chrono::milliseconds longest = std::chrono::hours(24) * 3650;
    if (value.type == Type::integer)
        return value.integer >= 0 && value.integer <= longest.count() / 1000 ? ""
                                                                             : std::string(wanted);
    const auto duration = value.is_text() ? parse_duration(value.text) : std::nullopt;
    return duration && *duration <= longest ? "" : std::string(wanted);
}

std::string name_problem(std::string_view name) {
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    };
    if (!name.empty() && std::all_of(name.begin(), name.end(), is_allowed)) return {};
    return "must be the name of an environment: letters, digits, '-' and '_'";
}

std::string time_of_day_problem(std::string_view text) {
    const auto colon = text.find(':');
    const auto hour = parse_unsigned(text.substr(0, colon));
    const auto minute =
        colon == std::string_view::npos ? std::nullopt : parse_unsigned(text.substr(colon + 1));
    const bool is_time =
        text.size() == 5 && colon == 2 && hour && minute && *hour < 24 && *minute < 60;
    return is_time ? "" : "must be a time of day like \"02:30\"";
}

struct CronField {
    std::string_view what;
    std::uint64_t minimum;
    std::uint64_t maximum;
    std::string_view names;
};
constexpr auto cron_fields = std::to_array<CronField>({
    {"minute", 0, 59, ""},
    {"hour", 0, 23, ""},
    {"day of the month", 1, 31, ""},
    {"month", 1, 12, "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"},
    {"day of the week", 0, 7, "sun|mon|tue|wed|thu|fri|sat"},
});

bool is_cron_number(const CronField& field, std::string_view text) {
    if (const auto number = parse_unsigned(text))
        return *number >= field.minimum && *number <= field.maximum;
    return !field.names.empty() && is_one_of(field.names, to_lower(text));
}

bool is_cron_part(const CronField& field, std::string_view part) {
    if (const auto slash = part.find('/'); slash != std::string_view::npos) {
        const auto step = parse_unsigned(part.substr(slash + 1));
        if (!step || *step == 0) return false;
        part = part.substr(0, slash);
    }
    if (part == "*") return true;
    const auto dash = part.find('-');
    if (dash == std::string_view::npos) return is_cron_number(field, part);
    return is_cron_number(field, part.substr(0, dash)) &&
           is_cron_number(field, part.substr(dash + 1));
}

std::string cron_problem(std::string_view text) {
    auto words = split(text, ' ');
    std::erase(words, "");
    if (words.size() != cron_fields.size())
        return "must have five fields: minute, hour, day of the month, month, day of the week";
    for (std::size_t at = 0; at < words.size(); ++at) {
        const auto& field = cron_fields[at];
        const auto parts = split(words[at], ',');
        if (!std::all_of(parts.begin(), parts.end(),
                         [&](const auto& part) { return is_cron_part(field, part); }))
            return fmt::format("has a {} that cannot be read", field.what);
    }
    return {};
}

std::string secret_problem(const ConfigNode& value) {
    if (value.is_text()) return value.text.empty() ? "must not be empty" : "";
    if (!value.is_table())
        return "must be text, { env = \"NAME\" }, { file = \"path\" } or { command = [\"program\"] "
               "}";
    if (!is_secret_reference(value))
        return "must have exactly one of the keys env, file and command";
    const auto& [key, where, source] = value.members.front();
    if (key != "command")
        return source.is_text() && !source.text.empty()
                   ? ""
                   : fmt::format("must have text as its '{}'", key);
    const bool is_argv = source.is_array() && !source.items.empty() &&
                         std::all_of(source.items.begin(), source.items.end(),
                                     [](const auto& item) { return item.is_text(); });
    return is_argv ? "" : "must have a list of text as its 'command': no shell takes it apart";
}

std::string masker_problem(const ConfigNode& value);

/// { json = { "$.path" = masker } }: maskers of text, and paths that can be followed.
std::string json_masker_problem(const ConfigNode& paths) {
    if (!paths.is_table() || paths.members.empty())
        return "must have a table of paths and maskers as its 'json'";
    for (const auto& member : paths.members) {
        const bool is_path = member.key.starts_with("$.") && member.key.size() > 2;
        if (!is_path)
            return fmt::format("has a path '{}' that is not of the form $.name.name[*]",
                               member.key);
        const bool is_plain =
            member.value.is_text()
                ? choice_problem(masker_names(), member.value.text).empty()
                : member.value.is_table() && member.value.find("fixed") != nullptr;
        if (!is_plain)
            return fmt::format("needs a built-in masker or {{ fixed = \"text\" }} for '{}'",
                               member.key);
        if (const auto problem = masker_problem(member.value); !problem.empty()) return problem;
    }
    return "";
}

std::string masker_problem(const ConfigNode& value) {
    if (value.is_table() && value.members.size() == 1 && value.find("json") != nullptr)
        return json_masker_problem(*value.find("json"));
    if (value.is_table()) {
        const bool is_known = value.members.size() == 1 &&
                              (value.find("fixed") != nullptr || value.find("sql") != nullptr);
        return is_known && value.members.front().value.is_text()
                   ? ""
                   : "must be { fixed = \"text\" }, { sql = \"expression\" } or { json = { … } }";
    }
    if (!value.is_text()) return wrong_type("text", value);
    const bool is_word =
        !value.text.empty() && std::all_of(value.text.begin(), value.text.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        });
    if (!is_word) return value.text.empty() ? "must not be empty" : "";
    // One bare word is far more often a mistyped masker than the name of a column.
    return choice_problem(masker_names(), value.text);
}

std::string list_problem(const ConfigNode& value) {
    if (!value.is_array()) return wrong_type("a list", value);
    const bool is_text = std::all_of(value.items.begin(), value.items.end(),
                                     [](const auto& item) { return item.is_text(); });
    return is_text ? "" : "must be a list of text";
}

std::string integer_problem(const KeySpec& key, const ConfigNode& value) {
    if (value.type != Type::integer) return wrong_type("a whole number", value);
    if (value.integer >= key.minimum && value.integer <= key.maximum) return {};
    return fmt::format("must be from {} to {}", key.minimum, key.maximum);
}

std::string text_problem(const KeySpec& key, const ConfigNode& value) {
    if (!value.is_text()) return wrong_type("text", value);
    if (key.type == KeyType::name) return name_problem(value.text);
    if (key.type == KeyType::time_of_day) return time_of_day_problem(value.text);
    if (key.type == KeyType::cron) return cron_problem(value.text);
    if (key.type == KeyType::choice) return choice_problem(key.choices, value.text);
    if (key.type == KeyType::kind) {
        const auto known = kind_of_environment_name(value.text) != EnvironmentKind::other;
        return known ? "" : choice_problem("development|test|staging|production|other", value.text);
    }
    return value.text.empty() ? "must not be empty" : "";
}

}  // namespace

bool is_secret_reference(const ConfigNode& value) noexcept {
    return value.is_table() && value.members.size() == 1 &&
           (value.find("env") != nullptr || value.find("file") != nullptr ||
            value.find("command") != nullptr);
}

std::int64_t duration_ms(const ConfigNode& value) {
    if (value.type == Type::integer) return value.integer * 1000;
    const auto duration = parse_duration(value.text);
    return duration ? duration->count() : 0;
}

std::string value_problem(const KeySpec& key, const ConfigNode& value) {
    switch (key.type) {
        case KeyType::text:
        case KeyType::name:
        case KeyType::path:
        case KeyType::choice:
        case KeyType::kind:
        case KeyType::time_of_day:
        case KeyType::cron:
            return text_problem(key, value);
        case KeyType::integer:
            return integer_problem(key, value);
        case KeyType::boolean:
            return value.type == Type::boolean ? "" : wrong_type("true or false", value);
        case KeyType::duration:
            return duration_problem(value);
        case KeyType::address:
        case KeyType::secret:
            return secret_problem(value);
        case KeyType::masker:
            return masker_problem(value);
        case KeyType::texts:
            return list_problem(value);
        case KeyType::addresses:
            return value.is_array() ? "" : wrong_type("a list", value);
        case KeyType::table:
        case KeyType::named:
            return value.is_table() ? "" : wrong_type("a table", value);
        case KeyType::list:
            return value.is_array() ? "" : wrong_type("a list of tables: [[…]]", value);
        case KeyType::anything:
            return {};
    }
    return {};
}

}  // namespace keel
