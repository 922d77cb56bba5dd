#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "db/connection.hpp"
#include "model/database_url.hpp"

namespace keel {

/// A column whose values go from one engine to the other; types as the catalogs have them.
struct ConvertedColumn {
    std::string name;
    std::string source_type;
    std::string target_type;
    bool nullable = true;  ///< in the target
};

/// Values of one column that the target cannot hold.
struct ConversionProblem {
    std::string column;
    std::string reason;  ///< "is no number", of the first of them
    std::uint64_t values = 0;
};

/// Turns rows of one engine's COPY form into the other's: SQLite's binary into PostgreSQL's text,
/// PostgreSQL's text (as RowPort::begin_reading has it written) into SQLite's binary. The rules are
/// those of docs/reference/type-conversion.md. Not thread-safe.
class RowConversion {
  public:
    virtual ~RowConversion() = default;
    /// The row, valid until the next call. Throws ErrorKind::invalid_input, naming the column, for
    /// a value that has no place in the target.
    virtual std::span<const std::byte> convert(std::span<const std::byte> row) = 0;
    /// Of the last row: what the target gives back byte for byte when it is asked for
    /// `exact_columns` only.
    virtual std::span<const std::byte> exact_part() = 0;
    /// Places of columns whose values come back as they were written.
    virtual const std::vector<std::size_t>& exact_columns() const noexcept = 0;
    /// Counts what `convert` would throw for.
    virtual void check(std::span<const std::byte> row) = 0;
    virtual std::vector<ConversionProblem> problems() const = 0;
};

std::unique_ptr<RowConversion> make_sqlite_to_postgres(std::vector<ConvertedColumn> columns);
std::unique_ptr<RowConversion> make_postgres_to_sqlite(std::vector<ConvertedColumn> columns);

/// The forms that `convert` reads and writes.
CopyFormat exchange_format(EngineKind engine) noexcept;

}  // namespace keel
