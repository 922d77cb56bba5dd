#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "db/engine.hpp"
#include "db/statement_reader.hpp"
#include "model/migration.hpp"

namespace keel::lint {

/// A statement of a migration, and what it does.
struct JudgedStatement {
    const MigrationSection* section = nullptr;
    Statement statement;  ///< its offset is in the section's text
    ReadStatement read;
    bool is_batched = false;     ///< runs in batches, each a transaction (keel:backfill)
    ScratchSchema::Trial trial;  ///< what the scratch database said to it

    /// Place of a byte of the statement in the file.
    SourcePosition locate(const Migration& migration, std::size_t offset) const;
};

/// A migration, cut and read. Points into `migration`, which must outlive it.
struct JudgedFile {
    const Migration* migration = nullptr;
    int number = 0;        ///< in the order of application, from 0
    bool applied = false;  ///< its rows of the history say so: nothing can be changed any more
    std::vector<JudgedStatement> up;
    std::vector<JudgedStatement> down;
    std::vector<Error> unreadable;                          ///< sections that could not be cut
    std::vector<std::shared_ptr<const std::string>> texts;  ///< of statements that run in batches

    bool in_transaction() const noexcept;
    /// The files that it stands in, as shown: layouts with a file for each direction have two.
    std::vector<std::filesystem::path> paths() const;
};

/// Cuts a migration and reads what is meant for this engine. Never throws for what is in it.
JudgedFile judge_file(const Migration& migration, const Engine& engine);

}  // namespace keel::lint
