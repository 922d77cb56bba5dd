#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keel {

/// What a value of a URL's parameter must look like.
enum class UrlValueType { text, integer, boolean, choice, secret };

/// One parameter that a database address may carry. docs/reference/urls.md lists these tables.
struct UrlParameter {
    std::string_view name;
    UrlValueType type = UrlValueType::text;
    std::string_view choices = {};    ///< of `choice`: "disable|allow|…"
    std::string_view canonical = {};  ///< the name this one is kept under; empty: its own
};

/// libpq's keywords up to PostgreSQL 18, and the names other tools use for some of them. An older
/// libpq refuses the newer ones itself, when connecting.
std::span<const UrlParameter> postgres_parameters() noexcept;
std::span<const UrlParameter> sqlite_parameters() noexcept;

/// The row of that name, or a null pointer.
const UrlParameter* find_url_parameter(std::span<const UrlParameter> table,
                                       std::string_view name) noexcept;

/// What is wrong with a value ("must be a whole number"), never quoting it; empty when it is fine.
std::string url_value_problem(const UrlParameter& parameter, std::string_view value);

}  // namespace keel
