#pragma once

#include <string_view>

#include "model/statement.hpp"

namespace keel::postgres {

/// Dialect::split. Understands what psql understands of a script's form: dollar quotes, nested
/// comments, routine bodies of BEGIN ATOMIC … END, rules with several actions, data blocks after
/// COPY … FROM stdin, and psql commands, of which the harmless ones become notes.
SplitResult split_script(std::string_view script);

}  // namespace keel::postgres
