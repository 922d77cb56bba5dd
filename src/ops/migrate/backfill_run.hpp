#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "db/schema_change.hpp"
#include "ops/migrate/replica_lag.hpp"
#include "ops/migrate/run.hpp"
#include "ops/migrate/script.hpp"
#include "ops/migrate/step_journal.hpp"

namespace keel {

/// How far a backfill has come, as the journal keeps it.
struct BackfillCursor {
    std::string table;  ///< quoted, with its schema
    std::vector<std::string> key;
    std::vector<std::string> after;  ///< the last row's key, as SQL literals; empty: at the start
    std::uint64_t rows = 0;          ///< that batches were for
    std::uint64_t total = 0;         ///< rows of the table when it began, about; 0: not known

    std::string text() const;
    /// Of what `text` wrote. Throws ErrorKind::integrity for anything else.
    static BackfillCursor parse(std::string_view text);
    /// "5000 of about 20000 rows of users".
    std::string progress() const;
};

/// Runs a backfill: its statement for one batch of rows after the other, each batch in a
/// transaction of its own that also writes down how far it has come. So each row is in exactly one
/// batch that is done, whenever it is interrupted and however often it is gone on with; rows that
/// are added behind the place where it is are not seen.
class BackfillRun {
  public:
    struct Parts {
        const MigrationRun& run;
        const Script& script;
        std::size_t index = 0;  ///< of the statement
        /// Around each transaction, if any; asked for again after the connection was lost.
        std::function<SchemaChangeGuard*()> guard;
        /// The connection was lost: makes what must be on a new one.
        std::function<void()> reopen;
        std::function<void()> on_batch;  ///< after each that is done
    };
    explicit BackfillRun(Parts parts);

    /// `step` is what the journal knows of it; its cursor is gone on from. Gives the step as it is
    /// at the end, which is written down by whoever called. Throws ErrorKind::invalid_input for a
    /// table or key that cannot be gone through, ErrorKind::partial when the file now names another
    /// table or key than what was begun.
    JournalStep run(JournalStep step);

  private:
    struct Batch {
        std::vector<std::string> last;  ///< its last row's key; empty: there are no rows left
        std::uint64_t rows = 0;
    };

    void begin(JournalStep& step);
    bool run_batch(JournalStep& step);
    bool transact(const JournalStep& step, BackfillCursor& next);
    Batch next_batch(Connection& connection) const;
    std::string condition(std::string_view alias, const std::vector<std::string>& last) const;
    void run_statement(Connection& connection, const std::vector<std::string>& last) const;
    void settle(JournalStep& step, const Error& doubt);
    void adapt(std::chrono::milliseconds took);
    void pause();
    void report() const;

    Parts parts_;
    const Backfill& backfill_;
    StepJournal journal_;
    BackfillCursor cursor_;
    std::uint64_t size_;
    ReplicaLag replicas_;  ///< asked for only where the directive says so
};

}  // namespace keel
