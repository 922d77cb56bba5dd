#pragma once

#include <string>
#include <vector>

#include "base/context.hpp"
#include "db/connection.hpp"
#include "model/database_url.hpp"

namespace keel::sqlite {

/// Takes what can still be read of the damaged database at `url` into the empty one of `target`:
/// tables with their rows, what is around the unreadable ones too; then indexes, views and
/// triggers. Says what could not be had. Throws ErrorKind::invalid_input when not even the schema
/// can be read.
std::vector<std::string> salvage_database(const DatabaseUrl& url, Connection& target,
                                          const Context& context);

}  // namespace keel::sqlite
