#pragma once

#include <memory>

#include "base/context.hpp"
#include "db/connection.hpp"
#include "model/environment.hpp"

namespace keel {

/// A connection that logs every statement with its timing (echo), or only those slower than the
/// threshold. Parameter values are never logged.
std::unique_ptr<Connection> traced(std::unique_ptr<Connection> inner,
                                   const SessionSettings& settings, Logger& logger);

}  // namespace keel
