#pragma once

#include <memory>

#include "ops/kit/services.hpp"

namespace keel {

std::unique_ptr<MigrationFiles> make_migration_files();

}  // namespace keel
