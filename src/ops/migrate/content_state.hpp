#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "db/engine.hpp"

namespace keel {

/// All that a database holds, as digests that compare: its schema, and the rows of each table
/// whatever their order and that of their columns. Keel's own tables do not count.
struct ContentState {
    struct TableContent {
        std::uint64_t rows = 0;
        std::string digest;
        bool operator==(const TableContent&) const = default;
    };
    std::string schema;
    std::map<std::string, TableContent> tables;

    std::uint64_t rows() const noexcept;
};

/// Reads every row once, streaming.
ContentState read_content(Connection& connection, const Engine& engine, const Context& context);

/// Tables of `before` whose rows are others in `after`, or which are gone; and new ones.
std::vector<std::string> changed_tables(const ContentState& before, const ContentState& after);

}  // namespace keel
