#pragma once

#include <map>
#include <string>

#include "db/inspector.hpp"

namespace keel::sqlite {

/// Reads the objects of one database into a Catalog, kind by kind: each kind is one query over all
/// tables, so that the time does not grow with round trips. To be used inside a transaction.
class CatalogReader {
  public:
    CatalogReader(Connection& connection, const InspectOptions& options)
        : connection_(connection), options_(options) {}
    Catalog read();

  private:
    using Names = std::map<std::string, std::string, std::less<>>;

    void read_objects();
    void add_object(const Row& row);
    void read_table_kinds();
    void read_columns();
    void read_virtual_columns();
    void add_column(const Row& row);
    void read_collations(Table& table);
    void read_indexes();
    void read_foreign_keys();
    void add_declared_constraints(Table& table);
    void read_rows(Table& table);
    void read_estimates();
    void read_sizes();
    bool is_wanted(const std::string& name) const;
    Table* find(std::string_view name);

    Connection& connection_;
    const InspectOptions& options_;
    std::map<std::string, Table, std::less<>> tables_;
    std::map<std::string, View, std::less<>> views_;
    std::vector<Trigger> triggers_;
    Names table_sql_;
    Names index_sql_;
};

}  // namespace keel::sqlite
