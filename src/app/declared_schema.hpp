#pragma once

#include <memory>
#include <string>

#include "keel/schema.hpp"
#include "ops/kit/services.hpp"

namespace keel {

/// The statements that make a declared schema, of one engine, in an order that works. Throws
/// ErrorKind::config naming table and column for a declaration that cannot be: names that repeat, a
/// key over a column that is not there, an identity that is no integer.
std::string declared_script(const SchemaDeclaration& schema, const Engine& engine);

/// What operations ask for it.
std::unique_ptr<DeclaredModels> make_declared_models(SchemaDeclaration schema);

}  // namespace keel
