#pragma once

#include <optional>
#include <string_view>

namespace keel {

/// `<version>_<name>[.<dialect>][.autocommit].(up|down).(sql|fizz)`, cut. Views into the name.
struct PopName {
    std::string_view version;
    std::string_view name;
    std::string_view dialect;  ///< empty: for all
    bool autocommit = false;
    bool is_up = true;
};

/// Nothing when the name is not of that form.
std::optional<PopName> parse_pop_name(std::string_view file) noexcept;

}  // namespace keel
