#pragma once

#include <memory>

#include "ops/kit/services.hpp"

namespace keel {

/// Backups as sources of schemas; app puts it into Services.
std::unique_ptr<BackupSchemas> make_backup_schemas();

}  // namespace keel
