#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace keel {

/// What a key of keel.toml holds. ${VAR} is replaced in text, path, address and secret.
enum class KeyType {
    text,
    name,  ///< of an environment
    path,  ///< relative to the folder of keel.toml
    integer,
    boolean,
    duration,  ///< "30s", "5 min", "1h"; a whole number is seconds
    choice,    ///< one of `choices`
    kind,      ///< of an environment; the customary short names too
    address,   ///< of a database, as a secret
    secret,    ///< text, or { env = }, { file = }, { command = [] }
    time_of_day,
    cron,
    masker,     ///< how a column is masked
    texts,      ///< a list of text
    addresses,  ///< a list of address
    table,      ///< exactly `keys`
    named,      ///< a table of any names, each holding what the one row of `keys` says
    list,       ///< [[…]]: each exactly `keys`
    anything,
};

/// One key: what the loader checks against, what the JSON Schema is made from and what
/// docs/reference/configuration.md lists.
struct KeySpec {
    std::string_view name;
    KeyType type = KeyType::text;
    std::string_view help;
    std::string_view default_value = {};  ///< as it would be written; empty when there is none
    std::span<const KeySpec> keys = {};
    std::string_view choices = {};  ///< "a|b|c"
    std::int64_t minimum = 0;
    std::int64_t maximum = 0;
    bool required = false;
};

/// The whole file, as the table that it is.
const KeySpec& configuration_keys() noexcept;

/// The row of that name among `keys`, or a null pointer.
const KeySpec* find_key(std::span<const KeySpec> keys, std::string_view name) noexcept;

/// The built-in maskers ("email|name|…").
std::string_view masker_names() noexcept;

/// The pages' Markdown: a table of keys for each table of the file.
std::string configuration_reference();

}  // namespace keel
