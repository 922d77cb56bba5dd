#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "base/digest.hpp"
#include "db/connection.hpp"
#include "db/row_conversion.hpp"
#include "db/row_transform.hpp"

namespace keel {

/// Rows on their way from one open source into one open sink.
struct RowMove {
    RowSource& source;
    RowSink* sink = nullptr;              ///< null: they are only looked at
    RowTransform* transform = nullptr;    ///< changes them first
    RowConversion* conversion = nullptr;  ///< then turns them into the other engine's form
    bool is_binary = false;               ///< of the source's rows
    bool only_checks = false;             ///< counts what cannot be converted instead of throwing
    std::string_view phase;               ///< of the progress events
    std::string_view item;
    std::uint64_t total = 0;  ///< about; 0: unknown
};

/// Moves all rows. The digest is of what went into the sink, as far as the target gives it back
/// byte for byte. Throws ErrorKind::cancelled, and an error with the row's number in its trail.
RowDigest move_rows(const RowMove& move, const Context& context);

}  // namespace keel
