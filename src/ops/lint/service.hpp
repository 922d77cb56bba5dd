#pragma once

#include <memory>

#include "ops/kit/services.hpp"

namespace keel {

std::unique_ptr<MigrationLinter> make_migration_linter();

}  // namespace keel
