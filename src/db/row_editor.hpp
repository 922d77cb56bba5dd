#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "db/stored_row.hpp"
#include "db/wire_field.hpp"

namespace keel {

/// One row in COPY's text form, or in a binary one, opened for changes: only what is asked for is
/// decoded, only what was set is encoded. Not thread-safe; one object serves a whole stream of
/// rows.
class RowEditor {
  public:
    /// Looks at a row with its line end, which must outlive the use of it. Throws
    /// ErrorKind::invalid_input when it has no line end.
    void open(std::span<const std::byte> row);
    /// The same of a row in SQLite's binary form. What is set keeps the storage class that was
    /// there where the value allows it, and is a text otherwise.
    void open_binary(std::span<const std::byte> row);
    /// The same of a row in PostgreSQL's binary form, whose fields are of these kinds. Values are
    /// read and set in the form of COPY's text. Throws ErrorKind::invalid_input for a value that is
    /// none of its kind, internal for one that is opaque.
    void open_wire(std::span<const std::byte> row, std::span<const WireKind> kinds);

    std::size_t size() const noexcept { return fields_.size(); }
    bool is_null(std::size_t column) const;
    /// The value, decoded; empty for null. Valid until the next row.
    std::string_view text(std::size_t column);

    void set(std::size_t column, std::string_view value);
    void set_null(std::size_t column);

    /// The row as it is now, with its line end: the one given when nothing was set. Valid until
    /// the next call of `open` or `finish`.
    std::span<const std::byte> finish();

  private:
    enum class Form { text, stored, wire };
    struct Field {
        std::string_view raw;  ///< as in the row
        std::string encoded;   ///< what was set
        std::string decoded;
        bool is_set = false;
        bool is_decoded = false;
        bool is_null = false;
        char storage = 't';  ///< in SQLite's binary form
        WireKind kind = WireKind::opaque;
    };
    std::span<const std::byte> finish_binary();
    std::span<const std::byte> finish_wire();
    std::string_view written(const Field& field) const noexcept;

    std::span<const std::byte> row_;
    std::vector<Field> fields_;
    std::string out_;
    std::vector<StoredField> stored_;
    StoredRowWriter writer_;
    Form form_ = Form::text;
    bool is_changed_ = false;
};

/// A value in COPY's text form.
std::string encode_copy_text(std::string_view value);
/// The value behind it; \N is the caller's business.
std::string decode_copy_text(std::string_view raw);

}  // namespace keel
