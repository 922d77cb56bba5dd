#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/streams.hpp"
#include "db/connection.hpp"

namespace keel::postgres {

/// Rows of a COPY as a backup stores them: in groups, and in each group column by column, because
/// values of one column are alike. Smaller and quicker to compress than row by row; see "Row
/// groups" in docs/formats/backup.md. The reader gives back the very bytes of each row.
class RowGroupWriter {
  public:
    /// The sink must outlive it.
    RowGroupWriter(StreamSink& sink, CopyFormat format);
    ~RowGroupWriter();
    RowGroupWriter(const RowGroupWriter&) = delete;
    RowGroupWriter& operator=(const RowGroupWriter&) = delete;

    /// A row as a RowSource of that format gives it.
    void add(std::span<const std::byte> row);
    /// Writes what is left; the sink is the caller's to finish.
    void finish();

  private:
    struct Column;
    void add_binary(std::span<const std::byte> row);
    void add_text(std::span<const std::byte> row);
    void begin_row(std::size_t fields);
    void flush();

    StreamSink& sink_;
    CopyFormat format_;
    std::vector<Column> columns_;
    std::size_t rows_ = 0;
    std::size_t bytes_ = 0;
    std::vector<std::byte> encoded_;
};

/// The rows of a stream that a RowGroupWriter wrote. Throws ErrorKind::integrity for what none did.
class RowGroupReader final : public RowSource {
  public:
    /// The source must outlive it.
    RowGroupReader(ByteSource& source, CopyFormat format);
    ~RowGroupReader() override;
    RowGroupReader(const RowGroupReader&) = delete;
    RowGroupReader& operator=(const RowGroupReader&) = delete;

    std::span<const std::byte> next() override;

  private:
    struct Column;
    bool read_group();
    bool fill(std::size_t count);
    std::span<const std::byte> take(std::size_t count);
    std::uint64_t take_number();
    void read_column(Column& column);
    void append_field(Column& column);

    ByteSource& source_;
    CopyFormat format_;
    std::vector<Column> columns_;
    std::size_t rows_left_ = 0;
    std::size_t row_ = 0;  ///< in its group
    std::vector<std::byte> buffer_;
    std::size_t at_ = 0;
    std::vector<std::byte> line_;
};

}  // namespace keel::postgres
