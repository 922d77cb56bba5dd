#pragma once

#include "ops/migrate/layout.hpp"

namespace keel {

/// The layout that a folder is in: by its names, and where these leave it open, by the marks in its
/// files. Keel's own where nothing speaks for another, also when there is no folder.
const MigrationLayout& detect_layout(const MigrationFolder& folder);

}  // namespace keel
