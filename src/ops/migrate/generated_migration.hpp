#pragma once

#include <string>
#include <vector>

#include "ops/kit/operation.hpp"
#include "ops/migrate/layout.hpp"

namespace keel {

/// A part of a generated migration that must be a migration of its own.
struct WrittenMigration {
    std::string suffix;  ///< "" for the first, then "online_2", "then_3"
    bool transaction = true;
    std::vector<std::string> up;  ///< statements, without semicolons
    std::vector<std::string> down;
    bool destructive = false;
};

/// Whether files of that layout can say that they run without a transaction.
bool can_go_without_transaction(const MigrationLayout& layout) noexcept;

/// The files of one migration with these statements in them, as the layout writes up and down.
/// Where a layout has no place for the way back, that is left out.
std::vector<NewFile> fill_migration(const MigrationLayout& layout, std::string_view version,
                                    std::string_view name, const WrittenMigration& migration);

/// migrate new --auto: writes what leads from the database to the declared schema, in as many
/// migrations as that takes. Throws ErrorKind::refused while migrations are pending, for the
/// database is then not yet what the files say.
void generate_migration(OperationContext& context, const OptionValues& options, Report& report);

}  // namespace keel
