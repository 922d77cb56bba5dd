#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/database_url.hpp"

namespace keel {

/// What a type of PostgreSQL's means for values that change engines.
enum class ValueClass {
    boolean,
    integer,
    numeric,
    real,
    text,
    bytes,
    date,
    time,
    timestamp,
    timestamptz,
    uuid,
    json,
    other,  ///< its text form passes as it is: intervals, ranges, arrays, enums, networks …
};

struct PostgresType {
    ValueClass value_class = ValueClass::other;
    std::int64_t lowest = 0;                     ///< of an integer
    std::int64_t highest = 0;                    ///< of an integer
    std::optional<std::size_t> characters = {};  ///< of varchar(n) and char(n)
    bool is_padded = false;                      ///< char(n)
};
/// `name` as format_type writes it.
PostgresType read_postgres_type(std::string_view name);

/// How SQLite treats values of a column (its type affinity).
enum class Affinity { none, text, integer, real, numeric };
Affinity affinity_of(std::string_view declared_type);

/// What a column is for by its declared type in SQLite, in the words of PostgreSQL's types: what a
/// table gets that is made there.
std::string postgres_type_for(std::string_view declared_type);
/// The other way round.
std::string sqlite_type_for(std::string_view postgres_type);

/// Why no value of such a column could go there; nothing when there is a rule.
std::optional<std::string> no_rule_for(EngineKind from, std::string_view source_type,
                                       std::string_view target_type);

/// Text that is a number as SQL writes it: sign, digits, fraction, exponent.
bool is_number(std::string_view text) noexcept;
/// "2024-02-29".
bool is_date(std::string_view text) noexcept;
/// "23:59:59.5", with or without seconds.
bool is_time(std::string_view text) noexcept;
/// A date, with or without time (T or a space between them), with or without zone.
bool is_timestamp(std::string_view text) noexcept;

}  // namespace keel
