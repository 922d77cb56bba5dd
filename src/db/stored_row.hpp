#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace keel {

/// One field of a row in SQLite's binary COPY form (see CopySpec). A view into the row.
struct StoredField {
    char storage = 'n';      ///< 'n' null, 'i', 'r', 't', 'b'
    std::string_view bytes;  ///< of 'i' and 'r' eight, in network order

    std::int64_t integer() const noexcept;  ///< of 'i'
    double real() const noexcept;           ///< of 'r'
    /// As SQLite's text COPY form has it before escaping: digits, "2.5", the text, "\x6162".
    /// Empty for null.
    std::string text() const;
};

/// Cuts a row. Throws ErrorKind::invalid_input for what is no such row.
void parse_stored_row(std::span<const std::byte> row, std::vector<StoredField>& fields);

/// Writes such a row field by field, into a buffer that is used again.
class StoredRowWriter {
  public:
    void start(std::size_t fields);
    void null();
    void integer(std::int64_t value);
    void real(double value);
    void text(std::string_view value) { sized('t', value); }
    void blob(std::string_view value) { sized('b', value); }
    void field(const StoredField& field);
    std::string_view row() const noexcept { return out_; }

  private:
    void number(std::uint64_t value, int bytes);
    void sized(char storage, std::string_view bytes);
    std::string out_;
};

/// "2.5", "1e+20", "3.0", "-Infinity".
std::string real_text(double value);

}  // namespace keel
