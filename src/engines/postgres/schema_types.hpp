#pragma once

#include <string>
#include <string_view>

namespace keel::postgres {

/// What changing a column from a type to another (as format_type writes them) means.
struct TypeChange {
    bool needs_using = false;  ///< no cast that an assignment may use
    bool rewrites = true;      ///< the table is written anew
    bool may_lose = false;     ///< values are cut or rounded without a word
    bool may_fail = false;     ///< for values that do not fit
};
TypeChange judge_type_change(std::string_view from, std::string_view to);

bool is_string_type(std::string_view type);

/// The storage that a column of the type has when nobody says another.
std::string_view natural_storage(std::string_view text) noexcept;

}  // namespace keel::postgres
