#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "base/digest.hpp"
#include "db/engine.hpp"
#include "db/row_conversion.hpp"
#include "db/row_port.hpp"
#include "db/row_transform.hpp"
#include "ops/copy/row_pairs.hpp"

namespace keel {

/// Between which engines rows go, and what changes them on their way. Shared by all tables.
struct RowRoute {
    const Engine& source;
    const Engine& target;
    const RowTransforms* transforms = nullptr;  ///< of source tables; null: none

    bool is_other_engine() const noexcept { return source.kind() != target.kind(); }
};

/// How rows of one table get from here to there. Used by one thread.
struct TableFlow {
    CopyFormat source_format = CopyFormat::text;
    CopyFormat target_format = CopyFormat::text;
    std::unique_ptr<RowTransform> transform;
    std::unique_ptr<RowConversion> conversion;
    std::vector<std::string> comparable;  ///< target's columns whose values come back as sent
};

/// `binary` are the tables whose rows mean the same everywhere in COPY's binary form.
TableFlow make_table_flow(const RowRoute& route, const TablePair& pair,
                          std::span<const TableId> binary);

/// How the rows of the source's table are read, changed as the route says.
CopySpec source_spec(const RowRoute& route, const TablePair& pair, const TableFlow& flow);
/// How those of the target's table are, as far as they come back as they were sent.
CopySpec target_spec(const RowRoute& route, const TablePair& pair, const TableFlow& flow);

/// What was read back, beside what was sent. Throws ErrorKind::integrity unless it is the same;
/// of a table without comparable columns only the number of rows counts.
void require_same_rows(const RowDigest& found, const RowDigest& sent, const TableFlow& flow,
                       std::string_view table);

/// Everything that has no place in the target is told at once: throws ErrorKind::unsupported.
/// `connection` reads already.
void check_values(const RowRoute& route, const RowPairs& pairs, Connection& connection,
                  const Context& context);

}  // namespace keel
