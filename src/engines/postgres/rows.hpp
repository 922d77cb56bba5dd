#pragma once

#include <functional>
#include <string>

#include "base/bytes.hpp"
#include "base/context.hpp"
#include "base/digest.hpp"
#include "db/connection.hpp"

namespace keel::postgres {

/// Adds up small writes before they reach `inner`. Not finished by its destructor.
class BufferedSink final : public ByteSink {
  public:
    explicit BufferedSink(ByteSink& inner) : inner_(inner) {}
    void write(std::span<const std::byte> bytes) override;
    /// Passes on what is left, and finishes `inner`.
    void finish() override;

  private:
    ByteSink& inner_;
    std::string buffer_;
};

/// Cuts a byte stream back into the lines of COPY's text form.
class LineReader {
  public:
    explicit LineReader(ByteSource& source) : source_(source) {}
    /// The next line with its end; empty at the end. Valid until the next call. Throws
    /// ErrorKind::integrity when the last line has none.
    std::string_view next();

  private:
    bool fill();

    ByteSource& source_;
    std::string buffer_;
    std::size_t at_ = 0;
};

/// The lines of a stream as rows.
class StreamRows final : public RowSource {
  public:
    explicit StreamRows(ByteSource& source) : lines_(source) {}
    std::span<const std::byte> next() override { return as_bytes(lines_.next()); }

  private:
    LineReader lines_;
};

/// Called for each row that passes.
using OnRow = std::function<void(std::string_view row)>;

/// Reads all rows of a COPY, digesting them, handing each to `each`.
RowDigest digest_rows(RowSource& rows, const Context& context, const OnRow& each);

}  // namespace keel::postgres
