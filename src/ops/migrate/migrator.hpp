#pragma once

#include <memory>

#include "ops/kit/services.hpp"

namespace keel {

/// What this family does for the others.
std::unique_ptr<Migrator> make_migrator();

}  // namespace keel
