#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/crew.hpp"
#include "engines/postgres/dump_catalog.hpp"
#include "engines/postgres/post_data.hpp"
#include "engines/postgres/worker_sessions.hpp"

namespace keel::postgres {

/// Makes what pg_dump's post-data section says, in parallel where that is safe: indexes and keys of
/// a table as soon as its rows are in, its foreign keys (NOT VALID, and then validated) as soon as
/// it and those that they refer to have their keys, all else in the order it was written, and event
/// triggers last of all. Each statement is run
/// exactly once.
class PostDataBuild {
  public:
    struct Parts {
        Crew& crew;
        WorkerSessions& targets;
        std::span<const DumpTable> tables;
        std::span<const PostDataStatement> statements;
        std::span<const KeyIndex> keys;
        bool analyzes_roots =
            true;  ///< partitioned tables as wholes; the server never does by itself
        const Context& context;
    };
    /// All must outlive it.
    explicit PostDataBuild(Parts parts);

    /// The rows of a table are in: its indexes may be built. By any worker.
    void rows_are_in(std::size_t index);
    /// Nothing reads the table for a comparison any more: its keys may be finished. By any worker.
    void is_compared(std::size_t index);

    /// Once the crew is done: the rest, but for event triggers; and the statistics. `between` comes
    /// before whatever was written behind the first foreign key.
    void finish(Connection& connection, const std::function<void()>& between);
    void make_event_triggers(Connection& connection);

  private:
    struct TableState {
        std::vector<std::string> builds;    ///< CREATE INDEX statements
        std::vector<std::string> attaches;  ///< keys, once their indexes are there
        std::size_t waiting_for = 1;        ///< builds and the comparison
        std::string tablespace;
        std::vector<std::size_t> held;  ///< the tables whose foreign keys wait for it; once each
        std::vector<const PostDataStatement*> foreign_keys;
        std::size_t missing = 0;  ///< tables without which those cannot be made
    };
    void sort_out();
    void sort_out_foreign_key(const PostDataStatement& statement);
    void sort_out_index(const PostDataStatement& statement);
    void sort_out_key(const PostDataStatement& statement);
    const DumpTable& table(std::size_t index) const { return parts_.tables[index]; }
    void build(std::size_t worker, std::size_t index, const std::string& sql);
    void release(std::size_t worker, std::size_t index);
    void attach(std::size_t worker, std::size_t index);
    bool can_wait(const PostDataStatement& statement) const;
    void has_keys(std::size_t index);
    void add_foreign_keys(std::size_t worker, std::size_t index);
    void analyze_roots(std::size_t worker);
    void run(Connection& connection, std::string_view sql, std::string_view tablespace);
    void report(std::string_view item);

    Parts parts_;
    std::map<std::string, std::size_t, std::less<>> index_of_;
    std::vector<TableState> states_;
    std::vector<const PostDataStatement*> others_;  ///< in order
    std::vector<const PostDataStatement*> event_triggers_;
    std::uint64_t most_bytes_ = 0;  ///< of a table
    std::size_t first_rest_ = 0;    ///< of others_
    std::size_t unfinished_ = 0;    ///< tables
    std::mutex mutex_;
    std::mutex adding_;  ///< foreign keys
    std::size_t done_ = 0;
};

/// Whether somebody has had the server look at partitioned tables as wholes.
bool has_root_statistics(Connection& connection);

/// What each session that moves rows and runs such statements is told first: the settings at their
/// front, and those that make texts of values independent of the session.
void prepare_session(Connection& connection, std::span<const PostDataStatement> statements);

}  // namespace keel::postgres
