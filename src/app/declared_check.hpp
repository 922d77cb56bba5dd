#pragma once

#include "keel/schema.hpp"

namespace keel {

/// Throws ErrorKind::config naming table and column for a declaration that cannot be: names that
/// repeat, a key over a column that is not there, an identity that is no integer.
void check_declaration(const SchemaDeclaration& schema);

/// The columns of a table's primary key; empty when it has none.
std::vector<std::string> key_columns(const TableDeclaration& table);

}  // namespace keel
