#pragma once

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
#include "engines/postgres/worker_sessions.hpp"
#include "model/manifest.hpp"

namespace keel::postgres {

/// The rows of a backup on their way into a database, by a crew: each table in a transaction of its
/// own, and then what the database says held against the manifest.
class RowRestore {
  public:
    struct Parts {
        Crew& crew;
        WorkerSessions& targets;
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
    void load(std::size_t worker, std::size_t index);
    RowDigest load_rows(Connection& connection, std::size_t index);
    void compare(std::size_t worker, std::size_t index);
    void report(std::string_view phase, const std::string& table, std::uint64_t rows);

    Parts parts_;
    std::vector<DumpTable> tables_;
    std::mutex mutex_;
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
};

}  // namespace keel::postgres
