#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "db/dialect.hpp"
#include "db/engine.hpp"
#include "model/migration.hpp"

namespace keel {

/// The migration history of a database: keel_migrations on SQLite, keel.migrations on PostgreSQL.
/// It is a journal: a row is added for each up and each down, and the row with the highest sequence
/// speaks for its version. Sequences are chosen by the writer from what it read under the lock, so
/// that two writers cannot both succeed. No state: every call says on which connection.
class History {
  public:
    explicit History(const Engine& engine) : engine_(engine) {}

    /// Every row in order, without `down_sql` (see `down_sql`); empty when nothing was ever
    /// applied. Throws ErrorKind::unsupported when a newer Keel has written it.
    std::vector<AppliedMigration> read(Connection& connection) const;
    /// The down sections as they were when the row was written.
    std::string down_sql(Connection& connection, std::int64_t sequence) const;

    /// Makes the table when it is not there, in a transaction of its own.
    void ensure(Connection& connection) const;

    /// The statement that adds `row`, as text that can go with the migration's own statements in
    /// one script. `row.applied_at` is when it began: the engine works out the duration from it.
    std::string insert_statement(const AppliedMigration& row) const;
    /// Adds `row` with the state and the duration it has: what happened before.
    void insert_as_it_is(Connection& connection, const AppliedMigration& row) const;
    /// Changes state, statements and duration of the row with that sequence.
    void update_progress(Connection& connection, const AppliedMigration& row) const;
    /// Changes checksum and down SQL of the row with that sequence.
    void update_text(Connection& connection, const AppliedMigration& row) const;
    void set_fingerprint(Connection& connection, std::int64_t sequence,
                         std::string_view fingerprint) const;
    void remove(Connection& connection, std::int64_t sequence) const;
    /// Removes every row; nothing happens where there is no history.
    void clear(Connection& connection) const;

  private:
    std::string table() const { return engine_.dialect().internal_table("migrations"); }

    const Engine& engine_;
};

}  // namespace keel
