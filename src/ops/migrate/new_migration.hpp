#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "ops/kit/operation.hpp"
#include "ops/migrate/layout.hpp"

namespace keel {

/// "Add users' table" is "add_users_table". Throws ErrorKind::usage when nothing is left.
std::string migration_slug(std::string_view name);

/// The UTC time as a version, or the first second after it that none of `taken` has.
std::string next_version(TimePoint now, const std::vector<std::string>& taken);
/// The number after the highest where all are counted up (0001, 0002), in its width; empty where
/// they are times.
std::string next_number(const std::vector<std::string>& taken);

/// The version that the next migration gets, `given` being taken too. Another tool's files may be
/// counted up; Keel's own have the time, so that branches do not collide.
std::string new_version(OperationContext& context, const MigrationLayout& layout,
                        const std::vector<std::string>& given);

/// Writes an empty migration, or with --auto what leads to the declared schema; with --dry-run says
/// only which.
void migrate_new(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
