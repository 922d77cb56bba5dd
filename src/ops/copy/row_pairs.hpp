#pragma once

#include <string>
#include <vector>

#include "db/row_port.hpp"
#include "model/catalog.hpp"
#include "model/database_url.hpp"
#include "ops/kit/table_patterns.hpp"

namespace keel {

/// A column of the source and the one of the target that it goes to.
struct ColumnPair {
    const Column* source = nullptr;
    const Column* target = nullptr;
};

/// A table of the source and the one of the target that its rows go to.
struct TablePair {
    const Table* source = nullptr;
    const Table* target = nullptr;
    std::vector<ColumnPair> columns;
    std::vector<std::string> key;  ///< primary key of the target, by the target's names

    TableId source_name() const { return {source->schema, source->name}; }
    TableId target_name() const { return {target->schema, target->name}; }
    std::vector<std::string> source_columns() const;
    std::vector<std::string> target_columns() const;
    /// Whether each column has the same type on both sides.
    bool has_same_types() const;
};

/// Which rows are copied. Points into the two catalogs.
struct RowPairs {
    std::vector<TablePair> tables;
    std::vector<std::string> excluded;       ///< by name
    std::vector<std::string> not_in_target;  ///< by name
    std::vector<const Table*> missing;       ///< the same, as the source has them
    std::vector<std::string> problems;       ///< why rows have no place in the target
};

struct PairingOptions {
    const TablePatterns& tables;    ///< empty: all
    const TablePatterns& excluded;  ///< of those
    EngineKind source;
    EngineKind target;
    bool needs_key = false;  ///< for merging
};

/// Finds each table and column of the source in the target: by its name, or the only one that
/// differs in nothing but the case of letters. Between engines, SQLite's tables are those of
/// PostgreSQL's schema public, or the only ones of that name. Pure. The catalogs must outlive it.
RowPairs pair_tables(const Catalog& source, const Catalog& target, const PairingOptions& options);

/// The source's counters as those of the target's tables and columns.
std::vector<TableCounter> counters_for(const RowPairs& pairs,
                                       const std::vector<TableCounter>& counters);

/// A table's name as people say it.
std::string shown_name(const Table& table);

/// Throws ErrorKind::unsupported that lists the problems, if there are any.
void refuse_problems(const std::vector<std::string>& problems, std::string_view hint);

}  // namespace keel
