#include "db/type_rules.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <utility>

#include "base/text.hpp"

namespace keel {
namespace {

struct NamedClass {
    std::string_view name;
    ValueClass value_class;
};
constexpr std::array named_classes{
    NamedClass{"boolean", ValueClass::boolean},
    NamedClass{"numeric", ValueClass::numeric},
    NamedClass{"real", ValueClass::real},
    NamedClass{"double precision", ValueClass::real},
    NamedClass{"text", ValueClass::text},
    NamedClass{"citext", ValueClass::text},
    NamedClass{"name", ValueClass::text},
    NamedClass{"character varying", ValueClass::text},
    NamedClass{"character", ValueClass::text},
    NamedClass{"bytea", ValueClass::bytes},
    NamedClass{"date", ValueClass::date},
    NamedClass{"time without time zone", ValueClass::time},
    NamedClass{"timestamp without time zone", ValueClass::timestamp},
    NamedClass{"timestamp with time zone", ValueClass::timestamptz},
    NamedClass{"uuid", ValueClass::uuid},
    NamedClass{"json", ValueClass::json},
    NamedClass{"jsonb", ValueClass::json},
};

template <typename Integer>
PostgresType integer_type() {
    return {.value_class = ValueClass::integer,
            .lowest = std::numeric_limits<Integer>::min(),
            .highest = std::numeric_limits<Integer>::max()};
}

/// "timestamp(3) without time zone" -> "timestamp without time zone", and the 3.
std::pair<std::string, std::string> without_modifier(std::string_view name) {
    const auto open = name.find('(');
    const auto close = name.find(')', open);
    if (close == std::string_view::npos) return {std::string(name), ""};
    std::string plain(name.substr(0, open));
    plain += name.substr(close + 1);
    return {plain, std::string(name.substr(open + 1, close - open - 1))};
}

bool are_digits(std::string_view text) noexcept {
    if (text.empty()) return false;
    for (const char c : text)
        if (c < '0' || c > '9') return false;
    return true;
}

/// Two digits at `at` that are no more than `highest`; -1 otherwise.
int two_digits(std::string_view text, std::size_t at, int highest) noexcept {
    if (text.size() < at + 2 || !are_digits(text.substr(at, 2))) return -1;
    const int value = (text[at] - '0') * 10 + (text[at + 1] - '0');
    return value <= highest ? value : -1;
}

bool is_zone(std::string_view text) noexcept {
    if (text == "Z" || text == "z") return true;
    if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return false;
    if (two_digits(text, 1, 15) < 0) return false;
    const auto rest = text.substr(3);
    if (rest.empty()) return true;
    return two_digits(rest, rest[0] == ':' ? 1 : 0, 59) >= 0 &&
           rest.size() == (rest[0] == ':' ? 3 : 2);
}

std::size_t digits_at(std::string_view text, std::size_t at) noexcept {
    std::size_t count = 0;
    while (at + count < text.size() && text[at + count] >= '0' && text[at + count] <= '9') ++count;
    return count;
}

/// How many characters at the front are a time; 0: none.
std::size_t time_length(std::string_view text) noexcept {
    if (two_digits(text, 0, 24) < 0 || text.size() < 5 || text[2] != ':' ||
        two_digits(text, 3, 59) < 0)
        return 0;
    if (text.size() == 5 || text[5] != ':') return 5;
    if (two_digits(text, 6, 60) < 0) return 0;
    if (text.size() == 8 || text[8] != '.') return 8;
    const auto fraction = digits_at(text, 9);
    return fraction == 0 ? 0 : 9 + fraction;
}

}  // namespace

PostgresType read_postgres_type(std::string_view name) {
    if (name.ends_with("]")) return {};
    const auto [plain, modifier] = without_modifier(name);
    if (plain == "smallint") return integer_type<std::int16_t>();
    if (plain == "integer") return integer_type<std::int32_t>();
    if (plain == "bigint") return integer_type<std::int64_t>();
    for (const auto& [known, value_class] : named_classes) {
        if (plain != known && !plain.ends_with(fmt::format(".{}", known))) continue;
        PostgresType type{.value_class = value_class};
        if (value_class == ValueClass::text)
            if (const auto limit = parse_unsigned(modifier)) type.characters = *limit;
        type.is_padded = plain == "character";
        return type;
    }
    return {};
}

Affinity affinity_of(std::string_view declared_type) {
    const auto type = to_lower(declared_type);
    const auto has = [&](std::string_view part) { return type.find(part) != std::string::npos; };
    if (has("int")) return Affinity::integer;
    if (has("char") || has("clob") || has("text")) return Affinity::text;
    if (has("blob") || type.empty() || type == "any") return Affinity::none;
    if (has("real") || has("floa") || has("doub")) return Affinity::real;
    return Affinity::numeric;
}

std::string postgres_type_for(std::string_view declared_type) {
    const auto type = to_lower(declared_type);
    const auto has = [&](std::string_view part) { return type.find(part) != std::string::npos; };
    const auto modifier = without_modifier(type).second;
    const auto with_modifier = [&](std::string_view name) {
        return modifier.empty() ? std::string(name) : fmt::format("{}({})", name, modifier);
    };
    if (has("bool")) return "boolean";
    if (has("int")) return "bigint";
    if (has("json")) return "jsonb";
    if (has("uuid") || has("guid")) return "uuid";
    if (has("varchar") || has("varying")) return with_modifier("character varying");
    if (has("char") || has("clob") || has("text")) return "text";
    if (has("blob") || has("bytea") || has("binary")) return "bytea";
    if (has("real") || has("floa") || has("doub")) return "double precision";
    if (has("timestamptz") || has("with time zone")) return "timestamp with time zone";
    if (has("datetime") || has("timestamp")) return "timestamp without time zone";
    if (has("date")) return "date";
    if (has("time")) return "time without time zone";
    if (has("dec") || has("num")) return with_modifier("numeric");
    return "text";
}

std::string sqlite_type_for(std::string_view postgres_type) {
    const auto type = read_postgres_type(postgres_type);
    switch (type.value_class) {
        case ValueClass::boolean:
            return "BOOLEAN";
        case ValueClass::integer:
            return "INTEGER";
        case ValueClass::numeric:
            return "TEXT";  // exact, whatever its digits
        case ValueClass::real:
            return "REAL";
        case ValueClass::text:
            return type.characters ? fmt::format("VARCHAR({})", *type.characters) : "TEXT";
        case ValueClass::bytes:
            return "BLOB";
        case ValueClass::date:
            return "DATE";
        case ValueClass::time:
            return "TIME";
        case ValueClass::timestamp:
            return "TIMESTAMP";
        case ValueClass::timestamptz:
            return "TIMESTAMPTZ";
        case ValueClass::uuid:
        case ValueClass::json:
        case ValueClass::other:
            return "TEXT";
    }
    return "TEXT";
}

std::optional<std::string> no_rule_for(EngineKind from, std::string_view source_type,
                                       std::string_view target_type) {
    if (from == EngineKind::sqlite) return std::nullopt;  // there every value has its own type
    const auto type = read_postgres_type(source_type).value_class;
    const auto place = affinity_of(target_type);
    const bool is_moment = type == ValueClass::date || type == ValueClass::time ||
                           type == ValueClass::timestamp || type == ValueClass::timestamptz;
    if (is_moment && place == Affinity::real) return "declare it TEXT there";
    if ((type == ValueClass::date || type == ValueClass::time) && place == Affinity::integer)
        return "declare it TEXT there";
    const bool is_number = place == Affinity::integer || place == Affinity::real;
    if ((type == ValueClass::json || type == ValueClass::uuid || type == ValueClass::other) &&
        is_number)
        return "declare it TEXT there";
    return std::nullopt;
}

bool is_number(std::string_view text) noexcept {
    std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    const auto whole = digits_at(text, at);
    at += whole;
    std::size_t fraction = 0;
    if (at < text.size() && text[at] == '.') fraction = digits_at(text, ++at);
    at += fraction;
    if (whole + fraction == 0) return false;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
        const auto exponent = digits_at(text, at);
        if (exponent == 0) return false;
        at += exponent;
    }
    return at == text.size();
}

bool is_date(std::string_view text) noexcept {
    constexpr std::array days{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (text.size() != 10 || !are_digits(text.substr(0, 4)) || text[4] != '-' || text[7] != '-')
        return false;
    const int month = two_digits(text, 5, 12);
    const int day = two_digits(text, 8, 31);
    if (month < 1 || day < 1 || day > days[static_cast<std::size_t>(month) - 1]) return false;
    if (month != 2 || day != 29) return true;
    const int year = two_digits(text, 0, 99) * 100 + two_digits(text, 2, 99);
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool is_time(std::string_view text) noexcept {
    const auto length = time_length(text);
    return length > 0 && length == text.size();
}

bool is_timestamp(std::string_view text) noexcept {
    if (text.size() < 10 || !is_date(text.substr(0, 10))) return false;
    if (text.size() == 10) return true;
    if (text[10] != ' ' && text[10] != 'T' && text[10] != 't') return false;
    const auto rest = text.substr(11);
    const auto length = time_length(rest);
    if (length == 0) return false;
    const auto zone = trim(rest.substr(length));
    return zone.empty() || is_zone(zone);
}

}  // namespace keel
