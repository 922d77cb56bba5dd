#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/context.hpp"
#include "db/connection.hpp"
#include "db/dialect.hpp"
#include "model/catalog.hpp"

namespace keel {

/// A column that looks as if it told of a person.
struct PersonalColumn {
    const Table* table = nullptr;
    const Column* column = nullptr;
    std::string reason;    ///< "its name", "values that look like email addresses"
    std::string proposal;  ///< the masker that would fit
};

/// Judges by names of columns alone. Pure.
std::string personal_by_name(std::string_view column);

/// By their names, and by what the first rows hold. Reads only.
std::vector<PersonalColumn> find_personal_columns(Connection& connection, const Dialect& dialect,
                                                  const Catalog& catalog, const Context& context);

/// What a text looks like: "email", "phone", "digits" (of cards and accounts); empty: nothing.
std::string personal_look(std::string_view value);

}  // namespace keel
