#pragma once

#include <string>
#include <vector>

namespace keel::test {

/// Schemas whose pairs, in both directions, take a plan through every kind of object and of change.
const std::vector<std::string>& written_schemas_of_postgres();
const std::vector<std::string>& written_schemas_of_sqlite();

}  // namespace keel::test
