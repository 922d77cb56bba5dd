#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "db/row_editor.hpp"

namespace keel {

/// Changes rows on their way from one database to another. One object belongs to one thread.
class RowTransform {
  public:
    virtual ~RowTransform() = default;
    /// Changes `row` in place, whose fields are the columns that the transform was made for. False:
    /// the row is left out.
    virtual bool apply(RowEditor& row) = 0;
    /// Whether it looks at a field, or gives it another value than null: any other is passed on
    /// without being decoded.
    virtual bool uses(std::size_t /*column*/) const { return true; }
};

/// The transforms of a copy. Thread-safe, and unchanged while the copy runs: each worker asks for
/// its own.
class RowTransforms {
  public:
    virtual ~RowTransforms() = default;
    /// Null: the table's rows pass as they are (which is faster: PostgreSQL then uses COPY's binary
    /// form where that is safe).
    virtual std::unique_ptr<RowTransform> for_table(
        std::string_view schema, std::string_view table,
        const std::vector<std::string>& columns) const = 0;
    /// The SQL expression over the table's row that is read instead of the column; empty: itself.
    virtual std::string expression(std::string_view /*schema*/, std::string_view /*table*/,
                                   std::string_view /*column*/) const {
        return {};
    }
};

}  // namespace keel
