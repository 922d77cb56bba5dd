#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "base/digest.hpp"
#include "db/engine.hpp"
#include "db/row_port.hpp"
#include "db/row_transform.hpp"
#include "ops/copy/row_pairs.hpp"
#include "ops/copy/table_flow.hpp"

namespace keel {

/// What became of one table.
struct LoadedTable {
    TableId table;  ///< of the target
    std::string shown;
    std::uint64_t rows = 0;
    std::uint64_t added = 0;     ///< merging only
    std::uint64_t replaced = 0;  ///< merging only
    bool is_compared = false;    ///< its values were read back, and are those that were sent
};

struct ComparedTable {
    std::string shown;
    std::uint64_t rows_source = 0;
    std::uint64_t rows = 0;
    bool is_equal = false;
};

struct LoadedRows {
    std::vector<LoadedTable> tables;
    std::vector<std::string> checked;   ///< foreign keys, by name
    std::vector<std::string> warnings;  ///< references that dangle in the source too
};

/// Rows of some tables of one database take the place of those of another's, or are merged into
/// them, in one transaction of the target's.
class RowsLoader {
  public:
    struct Parts {
        const Engine& source_engine;
        const Engine& target_engine;
        Connection& source;
        Connection& target;
        const Catalog& target_catalog;
        const Catalog& source_catalog;
        const RowPairs& pairs;
        const RowTransforms* transforms = nullptr;  ///< of source tables; null: none
        bool merges = false;
        std::function<void(Connection&)> on_snapshot =
            {};                                ///< once the source's state stands still
        std::vector<std::string> before = {};  ///< statements: tables that are made first
        std::vector<std::string> after = {};   ///< once the rows are in
        const Context& context;
    };
    explicit RowsLoader(const Parts& parts)
        : parts_(parts), route_{parts.source_engine, parts.target_engine, parts.transforms} {}

    /// Throws what stands against it; nothing has changed then. ErrorKind::constraint when a
    /// foreign key would dangle, integrity when values do not arrive as they were sent,
    /// unsupported with a list of the values that have no place in the target.
    LoadedRows run();
    /// Changes nothing: whether the target has the rows that `run` would leave there, as far as
    /// both engines have one form for their values.
    std::vector<ComparedTable> compare_only();

  private:
    LoadedRows load();
    void list_refused();
    LoadedTable load_table(RowLoad& load, const TablePair& pair);
    void compare(const CopySpec& written, const TableFlow& flow, const RowDigest& sent,
                 const LoadedTable& table);
    void check_foreign_keys(const std::vector<TableId>& tables, LoadedRows& loaded);

    Parts parts_;
    RowRoute route_;
    std::vector<TableId> binary_;
};

}  // namespace keel
