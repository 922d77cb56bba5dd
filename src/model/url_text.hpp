#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/url_parameters.hpp"

namespace keel::url_text {

/// The pieces of text that both engines' addresses are made of. Everything here throws
/// ErrorKind::config, and no message quotes a value.

[[noreturn]] void fail(std::string message, std::string hint);

/// "%41" → "A". Refuses incomplete escapes and %00.
std::string decode(std::string_view text);
/// Percent-encodes everything but unreserved characters and those in `keep`.
std::string encode(std::string_view text, std::string_view keep);

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// "a=1&b=2", decoded; names are not checked yet.
Parameters split_query(std::string_view query);
std::string join_query(const Parameters& parameters);

/// The row for `name`; fails with the nearest valid name. `quotable` says whether the name may be
/// shown: false when it could be the rest of a password.
const UrlParameter& require_parameter(std::span<const UrlParameter> table, std::string_view name,
                                      bool quotable);
/// Fails when `value` is not what the parameter takes.
void check_value(const UrlParameter& parameter, std::string_view value);

}  // namespace keel::url_text
