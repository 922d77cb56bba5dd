#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "base/digest.hpp"
#include "db/connection.hpp"
#include "db/row_transform.hpp"
#include "engines/postgres/dump_catalog.hpp"

namespace keel::postgres {

/// Rows that one worker reads in one go: a whole table, or those on some of its pages. The units of
/// a table hold each of its rows exactly once, however large the table has become meanwhile.
struct RowUnit {
    std::size_t table = 0;  ///< index among the tables
    std::size_t part = 0;   ///< which of the table's units
    std::uint64_t first_page = 0;
    std::optional<std::uint64_t> end_page;  ///< nothing: to the end
    std::uint64_t bytes = 0;                ///< about
    bool is_whole = true;                   ///< the table's only unit

    /// The condition on ctid that DumpTable::copy_out_spec takes.
    std::string condition() const;
};

struct UnitOptions {
    std::size_t workers = 1;
    std::uint64_t page_size = 8192;
    /// For each worker, of a table that is all there is: the more, the more evenly they end.
    std::uint64_t units_each = 3;
    bool may_split = true;  ///< the server can look up ranges of pages (14 and later)
};

/// Cuts tables so that `workers` have about the same to do, the largest first; small tables stay
/// whole.
std::vector<RowUnit> plan_row_units(std::span<const DumpTable> tables, const UnitOptions& options);

/// Cuts tables for a backup: at the same pages every time, as long as a table does not grow to many
/// times its size, so that what has not changed is found again. The largest table first.
std::vector<RowUnit> plan_stored_units(std::span<const DumpTable> tables,
                                       const UnitOptions& options);

/// Whether a server of this version finds rows by ranges of pages without reading the others.
bool has_page_ranges(Connection& connection);

/// Called with the number of rows since the last call, every few thousand.
using OnRows = std::function<void(std::uint64_t rows)>;

/// Where the rows of a unit go.
struct RowPump {
    RowSource& source;
    RowSink* sink = nullptr;  ///< null: they are only digested
    RowTransform* transform = nullptr;
    std::span<const WireKind> kinds = {};  ///< of the fields, where rows are in the binary form
    const OnRows& on_rows;
    std::stop_token stop;
};

/// Moves all rows; the digest is of what went into the sink. Throws ErrorKind::cancelled on `stop`.
RowDigest pump_rows(const RowPump& pump);

}  // namespace keel::postgres
