#pragma once

#include <string>
#include <string_view>

#include "base/environment_variables.hpp"
#include "model/migration.hpp"

namespace keel {

/// Cuts the text of a goose migration by its annotations and fills up, down and the checksum.
/// "StatementEnd" ends a statement that has no semicolon; between "ENVSUB ON" and "OFF" the names
/// of variables are replaced. Throws ErrorKind::invalid_input with the place of an annotation that
/// goose does not know, that stands where it cannot, or is missing.
Migration parse_goose_migration(std::string_view text, const std::string& file,
                                const EnvironmentReader& variables);

/// `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME-default}` replaced by the variables' values;
/// one that is not set is empty.
std::string substitute_variables(std::string_view text, const EnvironmentReader& variables);

}  // namespace keel
