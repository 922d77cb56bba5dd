#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/context.hpp"
#include "base/streams.hpp"
#include "db/connection.hpp"
#include "engines/postgres/dump_catalog.hpp"
#include "model/manifest.hpp"

namespace keel::postgres {

/// Writes the rows of tables, each into a stream of its own, and says how far they all are.
/// Thread-safe, one session a thread.
class TableRowsWriter {
  public:
    /// Both must outlive this object.
    TableRowsWriter(StreamWriter& streams, const Context& context)
        : streams_(streams), context_(context) {}

    /// What there will be to write. Before the first `write`.
    void expect(std::span<const DumpTable> tables);
    /// `index` numbers the stream, from 0. Throws what COPY throws, with the table in the trail.
    TableContent write(Connection& session, const DumpTable& table, std::size_t index);

  private:
    void report(const std::string& table) const;

    StreamWriter& streams_;
    const Context& context_;
    std::atomic<std::uint64_t> done_ = 0;
    std::uint64_t estimate_ = 0;
};

}  // namespace keel::postgres
