#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace keel::postgres {

/// What a script's psql command amounts to here. `line` is the command from its backslash to the
/// end of the line. Returns the note with which it is passed over; throws ErrorKind::invalid_input
/// (without a place) for one that does something which Keel does not.
std::string judge_psql_command(std::string_view line);

}  // namespace keel::postgres
