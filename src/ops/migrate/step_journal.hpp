#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/dialect.hpp"
#include "db/engine.hpp"

namespace keel {

/// What is written down of one step of a migration that runs without one transaction around it.
struct JournalStep {
    std::int64_t sequence = 0;   ///< of the history's row
    std::int64_t statement = 0;  ///< the step's first, from 1
    std::string digest;          ///< of its statements' text
    std::string kind;
    std::string target;
    bool is_done = false;  ///< otherwise begun: whether it is done is to be found out
    std::int64_t attempts = 0;
    std::string before;  ///< see LoneStatement::before
    std::string cursor;  ///< how far a backfill has come
    std::string at;      ///< UTC, of the last change
};

/// The journal of steps: keel_migration_steps on SQLite, keel.migration_steps on PostgreSQL. A step
/// that runs in a transaction is written down in that transaction, so that its effect and the word
/// of it are one; a step that runs alone is written down before it begins and after it has ended.
/// Rows live as long as their migration is unfinished. No state: every call says on which
/// connection.
class StepJournal {
  public:
    explicit StepJournal(const Engine& engine) : engine_(engine) {}

    /// Makes the table when it is not there.
    void ensure(Connection& connection) const;
    /// The steps of one row of the history, in order.
    std::vector<JournalStep> read(Connection& connection, std::int64_t sequence) const;
    /// Adds the step or puts it in the place of what was known of it.
    void write(Connection& connection, const JournalStep& step) const;
    /// Forgets that a step was begun: somebody has found out what became of it.
    void forget_step(Connection& connection, std::int64_t sequence, std::int64_t statement) const;
    void forget(Connection& connection, std::int64_t sequence) const;
    void clear(Connection& connection) const;

  private:
    std::string table() const { return engine_.dialect().internal_table("migration_steps"); }
    bool is_there(Connection& connection) const;

    const Engine& engine_;
};

}  // namespace keel
