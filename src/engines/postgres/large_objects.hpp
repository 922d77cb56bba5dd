#pragma once

#include "base/bytes.hpp"
#include "base/context.hpp"
#include "base/digest.hpp"
#include "db/connection.hpp"

namespace keel::postgres {

/// Writes every large object of the connection's snapshot: for each 'O' oid, its pieces 'D', and
/// the statements 'S' that give it owner and privileges; each but 'O' with its length before it,
/// numbers big-endian in 4 bytes. Returns a digest of oids and contents.
/// Without `has_contents` no piece of any.
RowDigest dump_large_objects(Connection& connection, ByteSink& sink, const Context& context,
                             bool has_contents = true);

/// Makes them again with their oids. Throws ErrorKind::integrity for a stream of another form.
void load_large_objects(Connection& connection, ByteSource& source, const Context& context);

}  // namespace keel::postgres
