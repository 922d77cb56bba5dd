#pragma once

#include "base/context.hpp"
#include "db/connection.hpp"

namespace keel::postgres {

/// Copies every large object with its oid, owner and privileges, and compares; without
/// `has_contents` they arrive empty. Throws ErrorKind::integrity when contents differ.
void copy_large_objects(Connection& source, Connection& target, bool has_contents,
                        const Context& context);

}  // namespace keel::postgres
