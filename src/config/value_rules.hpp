#pragma once

#include <string>
#include <string_view>

#include "config/key_table.hpp"
#include "config/node.hpp"

namespace keel {

/// What is wrong with a single value by its key's row ("must be a whole number, not text"); empty
/// when it is fine. Tables and lists of tables are the caller's. Never quotes an address or secret.
std::string value_problem(const KeySpec& key, const ConfigNode& value);

/// Whether `value` says where a secret is instead of holding it: { env = }, { file = },
/// { command = }.
bool is_secret_reference(const ConfigNode& value) noexcept;

/// A duration that `value_problem` has accepted, in milliseconds.
std::int64_t duration_ms(const ConfigNode& value);

}  // namespace keel
