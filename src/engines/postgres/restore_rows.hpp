#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "base/crew.hpp"
#include "base/digest.hpp"
#include "base/streams.hpp"
#include "db/connection.hpp"
#include "engines/postgres/dump_catalog.hpp"
#include "engines/postgres/row_units.hpp"
#include "engines/postgres/worker_sessions.hpp"
#include "model/manifest.hpp"

namespace keel::postgres {

/// The rows of a backup on their way into a database, by a crew: a table, or a part of a large one,
/// in a transaction of its own, and then what the database says held against the manifest.
class RowRestore {
  public:
    struct Parts {
        Crew& crew;
        WorkerSessions& targets;
        std::size_t loaders;  ///< how many of the crew may load at a time
        const DumpContent& content;
        StreamReader& streams;
        const Context& context;
        std::function<void(std::size_t table)> on_rows_in;   ///< called by a worker
        std::function<void(std::size_t table)> on_compared;  ///< called by a worker, later
    };
    /// All must outlive it.
    explicit RowRestore(Parts parts);

    /// In the order of the backup's tables.
    const std::vector<DumpTable>& tables() const noexcept { return tables_; }

    /// Gives the crew its tasks. They throw ErrorKind::integrity when a stream is not what the
    /// manifest says, and when a table comes back with other rows.
    void start();

  private:
    struct State {
        std::size_t to_load = 0;
        std::size_t to_compare = 0;
        RowDigest sent;
        RowDigest found;
        std::deque<RowUnit> units;  ///< that are compared
    };
    bool is_split(const DumpTable& table) const;
    void load_whole(std::size_t worker, std::size_t index);
    void load_part(std::size_t worker, std::size_t index, std::size_t part);
    RowDigest load_rows(Connection& connection, RowSource& rows, const CopySpec& spec);
    void add_loaded(std::size_t worker, std::size_t index, const RowDigest& digest);
    void plan_comparison(Connection& connection, std::size_t index);
    void compare(std::size_t worker, std::size_t index, const RowUnit& unit);
    void check(std::size_t index) const;
    template <typename Work>
    void named(std::size_t index, const Work& work) const;
    void report(std::string_view phase, const std::string& table, std::uint64_t rows);

    Parts parts_;
    std::vector<DumpTable> tables_;
    std::vector<State> states_;
    std::uint64_t bytes_ = 0;  ///< of all tables
    std::mutex mutex_;
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
};

}  // namespace keel::postgres
