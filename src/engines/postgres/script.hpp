#pragma once

#include <span>

#include "engines/postgres/wire.hpp"
#include "model/statement.hpp"

namespace keel::postgres {

/// Connection::run_script: inside a transaction statements go out many at a time (libpq's
/// pipeline); outside one each is sent when the one before it is known to have succeeded, since the
/// server would go on with the next after a failure.
void run_script(Wire& wire, std::span<const Statement> statements);

}  // namespace keel::postgres
