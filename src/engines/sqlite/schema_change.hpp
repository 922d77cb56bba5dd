#pragma once

#include <memory>

#include "db/connection.hpp"
#include "db/schema_change.hpp"

namespace keel::sqlite {

/// Table rebuilds without losing rows: with foreign keys enforced, DROP TABLE deletes the rows of
/// the table first, and ON DELETE CASCADE and SET NULL reach the children. So, when one of the
/// statements drops a table, enforcement is off for the transaction and what it would have found is
/// looked for before the commit; only violations that were not there before count. Without such a
/// statement enforcement stays as it is. Also sets the lock timeout, if the options have one, and
/// takes back the settings that a statement may have switched for the connection.
std::unique_ptr<SchemaChangeGuard> guard_schema_change(Connection& connection,
                                                       const SchemaChangeOptions& options);

}  // namespace keel::sqlite
