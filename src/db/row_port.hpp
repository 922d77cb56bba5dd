#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "db/connection.hpp"
#include "db/new_database.hpp"

namespace keel {

/// A table by its names as the catalog has them.
struct TableId {
    std::string schema;
    std::string name;
    auto operator<=>(const TableId&) const = default;
};

/// The last number that a table's own counter (sequence, identity, AUTOINCREMENT) has given out.
struct TableCounter {
    TableId table;
    std::string column;
    std::int64_t last = 0;
};

struct MergedRows {
    std::uint64_t added = 0;
    std::uint64_t replaced = 0;
};

/// One transaction that changes rows of a database which stays where it is. Nothing reacts to it:
/// no trigger of users' fires, and no foreign key is checked (that is left to the caller, before
/// `commit`). Destroyed without `commit`, the database is as it was, its settings too.
class RowLoad {
  public:
    virtual ~RowLoad() = default;
    /// Takes every row out of `tables`. Throws ErrorKind::sql for missing rights.
    virtual void empty(std::span<const TableId> tables) = 0;
    /// An empty table of the same columns, for rows that `merge` brings into the real one. One at a
    /// time.
    virtual CopySpec side_table(const TableId& table, const std::vector<std::string>& columns) = 0;
    /// Rows of the side table replace those with the same key; the others are added. The side table
    /// is gone then.
    virtual MergedRows merge(const TableId& table, const std::vector<std::string>& columns,
                             const std::vector<std::string>& key) = 0;
    /// The counters of `tables` go on behind the rows that are there, and behind what `known` says.
    /// `keeps_own`: also behind what they themselves have given out.
    virtual void set_counters(std::span<const TableId> tables, std::span<const TableCounter> known,
                              bool keeps_own) = 0;
    /// Makes it last, with everything switched on again. Throws what Connection::commit throws.
    virtual void commit() = 0;
};

/// Rows of single tables out of a database, and into one. Thread-safe, no state.
class RowPort {
  public:
    virtual ~RowPort() = default;
    /// Opens a read-only transaction that sees one state, in which values come out as texts that
    /// depend on nobody's settings.
    virtual void begin_reading(Connection& source) const = 0;
    /// The same on several sessions, which see one and the same state. False, and then none has
    /// begun anything, where that cannot be had.
    virtual bool begin_reading_together(std::span<Connection* const> sources) const = 0;
    /// Tables whose rows mean the same in another database in COPY's binary form.
    virtual std::vector<TableId> binary_tables(Connection& source) const = 0;
    virtual std::vector<TableCounter> counters(Connection& source) const = 0;
    /// Opens the transaction. `tables` are all that will be changed; both must outlive the result.
    /// Throws ErrorKind::locked when others hold them for longer than the session waits.
    virtual std::unique_ptr<RowLoad> begin_loading(Connection& target,
                                                   std::span<const TableId> tables) const = 0;
    /// An empty database for rows, beside a target that is not there yet. Both must outlive it.
    virtual std::unique_ptr<NewDatabase> make_new(const StageOptions& options,
                                                  const Context& context) const = 0;
};

}  // namespace keel
