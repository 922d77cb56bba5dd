#pragma once

#include "db/connection.hpp"
#include "db/observation.hpp"

namespace keel::postgres {

/// See Engine::observe. What the transaction has read and written is the server's own count.
Observation observe(Connection& connection);

}  // namespace keel::postgres
