#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
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

/// Writes the rows of tables into streams of row groups, a large table's by several workers at
/// once: stream "table/N/K" has the K-th part of table N, both counted from 1.
class TableRowsWriter {
  public:
    struct Parts {
        Crew& crew;
        WorkerSessions& sources;  ///< which all see one snapshot
        StreamWriter& streams;
        const Context& context;
    };
    /// All must outlive it.
    explicit TableRowsWriter(Parts parts) : parts_(parts) {}

    /// Decides how each of the tables is stored, and notes that in it. Once.
    void plan(std::vector<DumpTable>& tables, bool has_page_ranges);
    /// Gives the crew its tasks. They throw what COPY throws, with the table in the trail. `tables`
    /// are the planned ones, and must outlive the tasks.
    void start(const std::vector<DumpTable>& tables);
    /// What was written, in the order of the tables, once the crew is done.
    std::vector<TableContent> content(const std::vector<DumpTable>& tables) const;

  private:
    void write(Connection& session, const DumpTable& table, const RowUnit& unit);
    void report(const std::string& table, std::uint64_t rows);

    Parts parts_;
    std::vector<RowUnit> units_;
    std::vector<RowDigest> digests_;
    std::mutex mutex_;
    std::uint64_t done_ = 0;
    std::uint64_t estimate_ = 0;
};

/// The name of the stream of a part; of "table/N" itself where it has no parts.
std::string part_stream(const TableContent& content, const DumpTable& table, std::size_t part);

/// The rows that a backup has of a part of a table (of part 0 where it has no parts).
std::unique_ptr<RowSource> open_stored_rows(StreamReader& streams, const TableContent& content,
                                            const DumpTable& table, std::size_t part);
/// Of all of its parts, one after the other.
std::unique_ptr<RowSource> open_stored_rows(StreamReader& streams, const TableContent& content,
                                            const DumpTable& table);

}  // namespace keel::postgres
