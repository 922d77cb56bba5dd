#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "db/engine.hpp"
#include "ops/migrate/script.hpp"

namespace keel {

/// What a backfill goes through.
struct BackfillSource {
    std::string table;             ///< quoted, with its schema
    std::vector<std::string> key;  ///< quoted columns
    std::uint64_t rows = 0;        ///< about; 0: not known
};

/// Finds the table and the key of a backfill in the database. Throws ErrorKind::invalid_input with
/// the statement's place: a table that is not there, or in several schemas; a key that is not
/// there, that no index begins with, or that is null in some row.
BackfillSource find_backfill_source(Connection& connection, const Engine& engine,
                                    const Backfill& backfill, const Script& script,
                                    std::size_t index);

}  // namespace keel
