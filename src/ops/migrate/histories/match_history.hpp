#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/migration.hpp"
#include "ops/migrate/histories/foreign_history.hpp"

namespace keel {

/// A migration that a tool says is in the database, and the file it is.
struct MatchedMigration {
    const Migration* file = nullptr;  ///< null: there is none
    const ForeignRow* row = nullptr;  ///< never null
    bool is_covered = false;          ///< not named by the row, but stood for by it
};

/// What a tool's history says of the files.
struct HistoryMatch {
    std::vector<MatchedMigration> applied;  ///< in the order of application
    std::vector<const ForeignRow*> failed;  ///< begun and not ended well
    std::vector<const Migration*> changed;  ///< the tool's checksum is not the file's
};

/// Compares. `root` is what the files are shown relative to. Throws what reading a file throws.
HistoryMatch match_history(const FoundHistory& history, const std::vector<ForeignRow>& rows,
                           const std::vector<Migration>& files, const std::filesystem::path& root);

/// What the tool knows a file by: its version, or a whole name.
std::string foreign_version(const ForeignTool& tool, const Migration& file);
/// The tool's own checksum of a file; empty when it keeps none that can be computed.
std::string foreign_checksum(const ForeignTool& tool, const Migration& file,
                             const std::filesystem::path& root);

}  // namespace keel
