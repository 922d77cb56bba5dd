#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/migration.hpp"
#include "ops/migrate/layouts/source_files.hpp"

namespace keel {

/// A migration whose up, down and verify are files of their own.
struct MigrationParts {
    std::string version;
    std::string name;
    std::optional<SourceFile> up;
    std::optional<SourceFile> down;
    std::optional<SourceFile> verify;
    bool transaction = true;       ///< of the up
    bool down_transaction = true;  ///< of the down
    MigrationKind kind = MigrationKind::versioned;
};

/// Reads the files. The checksum is of the up alone: that is what was applied. Without an up
/// file the migration does nothing but count.
Migration assemble(const MigrationParts& parts);

/// The migration's parts run without a transaction from now on.
void run_without_transaction(std::vector<MigrationSection>& sections, std::string_view kind);

/// The marker that stands for a section's options when its text goes into the history.
std::string section_marker(std::string_view kind, bool transaction);

/// A migration in a language that no database runs.
Migration program_migration(std::string version, std::string name, const SourceFile& file,
                            std::string_view tool);

/// In the numeric order of the versions; of one version, in the order of the files' names.
void sort_by_version(std::vector<Migration>& migrations);
/// Throws ErrorKind::invalid_input for the first two of one version.
void refuse_duplicates(const std::vector<Migration>& migrations);
/// Where several have one version, that of each becomes "version_name", as long as that tells
/// them apart: for tools that know migrations by their whole name.
void tell_apart(std::vector<Migration>& migrations);

}  // namespace keel
