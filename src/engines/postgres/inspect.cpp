#include "engines/postgres/inspect.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "base/digest.hpp"
#include "engines/postgres/catalog_session.hpp"
#include "engines/postgres/connection.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/sql.hpp"

namespace keel::postgres {
namespace {

TableKind table_kind(std::string_view relkind, bool is_partition) {
    if (relkind == "p") return TableKind::partitioned;
    if (relkind == "f") return TableKind::foreign;
    return is_partition ? TableKind::partition : TableKind::table;
}

ConstraintKind constraint_kind(std::string_view contype) {
    if (contype == "p") return ConstraintKind::primary_key;
    if (contype == "u") return ConstraintKind::unique;
    if (contype == "f") return ConstraintKind::foreign_key;
    if (contype == "x") return ConstraintKind::exclusion;
    if (contype == "n") return ConstraintKind::not_null;
    return ConstraintKind::check;
}

/// Fills a Catalog query by query; relations are found again by their oids.
class CatalogReader {
  public:
    CatalogReader(Connection& connection, const InspectOptions& options)
        : connection_(connection), options_(options) {}

    Catalog read() {
        read_schemas();
        read_tables();
        read_views();
        read_columns();
        read_indexes();
        read_constraints();
        read_triggers();
        if (options_.table.empty()) read_routines();
        if (options_.rows == RowCounts::exact) count_rows();
        return std::move(catalog_);
    }

  private:
    using Each = std::function<void(const Row&)>;

    void query(std::string_view sql, std::vector<Value> params, const Each& each) {
        connection_.query(sql, params, each);
    }

    Table* table_of(const Row& row) {
        const auto found = tables_.find(row.integer(0));
        return found == tables_.end() ? nullptr : &catalog_.tables[found->second];
    }

    void read_schemas() {
        query(sql::catalog_schemas, {options_.schema, options_.include_internal},
              [&](const Row& row) { catalog_.schemas.push_back(row.string(0)); });
    }

    void read_tables() {
        query(sql::catalog_tables,
              {options_.schema, options_.table, options_.include_internal, options_.sizes},
              [&](const Row& row) { add_table(row); });
        relations_ = oid_array(oids_);
    }

    void add_table(const Row& row) {
        tables_.emplace(row.integer(0), catalog_.tables.size());
        oids_.push_back(row.integer(0));
        Table table;
        table.schema = row.string(1);
        table.name = row.string(2);
        table.kind = table_kind(row.text(3), row.boolean(4));
        table.options = row.string(5);
        table.comment = row.string(6);
        const bool is_known = !row.is_null(7) && row.integer(7) >= 0;
        if (options_.rows == RowCounts::estimate && is_known) table.rows = row.integer(7);
        table.bytes = row.integer(8);
        catalog_.tables.push_back(std::move(table));
    }

    void read_views() {
        std::vector<std::int64_t> view_oids;
        query(sql::catalog_views, {options_.schema, options_.table, options_.include_internal},
              [&](const Row& row) {
                  views_.emplace(row.integer(0), catalog_.views.size());
                  view_oids.push_back(row.integer(0));
                  View view;
                  view.schema = row.string(1);
                  view.name = row.string(2);
                  view.definition = row.string(3);
                  view.materialized = row.boolean(4);
                  catalog_.views.push_back(std::move(view));
              });
        view_relations_ = oid_array(view_oids);
    }

    void read_columns() {
        query(sql::catalog_columns, {relations_}, [&](const Row& row) {
            Column column;
            column.name = row.string(1);
            column.type = row.string(2);
            column.nullable = row.boolean(3);
            if (!row.is_null(4)) column.default_expression = row.string(4);
            column.generated = row.string(5);
            column.collation = row.string(6);
            column.position = static_cast<int>(row.integer(7));
            if (auto* table = table_of(row)) table->columns.push_back(std::move(column));
        });
    }

    void read_indexes() {
        query(sql::catalog_indexes, {relations_, options_.sizes}, [&](const Row& row) {
            Index index;
            index.name = row.string(1);
            index.table = row.string(2);
            index.definition = row.string(3);
            index.columns = string_list(row.text(4));
            index.unique = row.boolean(5);
            index.primary = row.boolean(6);
            index.valid = row.boolean(7);
            index.bytes = row.integer(8);
            if (auto* table = table_of(row)) table->indexes.push_back(std::move(index));
        });
    }

    void read_constraints() {
        query(sql::catalog_constraints, {relations_}, [&](const Row& row) {
            Constraint constraint;
            constraint.name = row.string(1);
            constraint.kind = constraint_kind(row.text(2));
            constraint.definition = row.string(3);
            constraint.columns = string_list(row.text(4));
            constraint.referenced_table = row.string(5);
            constraint.referenced_columns = string_list(row.text(6));
            constraint.validated = row.boolean(7);
            if (auto* table = table_of(row)) table->constraints.push_back(std::move(constraint));
        });
    }

    static Trigger trigger_of(const Row& row) {
        Trigger trigger;
        trigger.name = row.string(1);
        trigger.table = row.string(2);
        trigger.definition = row.string(3);
        trigger.enabled = row.boolean(4);
        return trigger;
    }

    void read_triggers() {
        query(sql::catalog_triggers, {relations_}, [&](const Row& row) {
            if (auto* table = table_of(row)) table->triggers.push_back(trigger_of(row));
        });
        query(sql::catalog_triggers, {view_relations_}, [&](const Row& row) {
            const auto found = views_.find(row.integer(0));
            if (found != views_.end())
                catalog_.views[found->second].triggers.push_back(trigger_of(row));
        });
    }

    void read_routines() {
        query(sql::catalog_routines, {options_.schema, options_.include_internal},
              [&](const Row& row) {
                  catalog_.routines.push_back({.schema = row.string(0),
                                               .name = row.string(1),
                                               .signature = row.string(2),
                                               .kind = row.string(3),
                                               .definition = row.string(4)});
              });
    }

    void count_rows() {
        for (auto& table : catalog_.tables) {
            if (table.kind == TableKind::foreign) continue;  // another server's to count
            // A partitioned table's rows are its partitions'; a parent by inheritance has its own.
            const bool is_tree = table.kind == TableKind::partitioned;
            table.rows = connection_.query_integer(
                fmt::format("select pg_catalog.count(*) from {}{}", is_tree ? "" : "only ",
                            quote_name(table.schema, table.name)));
        }
    }

    Connection& connection_;
    const InspectOptions& options_;
    Catalog catalog_;
    std::vector<std::int64_t> oids_;
    std::string relations_;
    std::string view_relations_;
    std::unordered_map<std::int64_t, std::size_t> tables_;
    std::unordered_map<std::int64_t, std::size_t> views_;
};

}  // namespace

Catalog PostgresInspector::inspect(Connection& connection, const InspectOptions& options) const {
    CatalogSession session(connection);
    return CatalogReader(session.connection(), options).read();
}

std::string PostgresInspector::fingerprint(Connection& connection) const {
    CatalogSession session(connection);
    Digest digest;
    session.connection().query(sql::fingerprint, {}, [&](const Row& row) {
        digest.update(row.text(0));
        digest.update("\n");
    });
    return digest.finish_hex();
}

bool PostgresInspector::has_internal_table(Connection& connection, std::string_view name) const {
    const auto internal = internal_connection(connection);
    // Not a join of catalogs: planning one is the longest thing that a new session does for
    // `status`.
    const std::vector<Value> params = {fmt::format("keel.{}", name)};
    return internal->query_text("select 1 where pg_catalog.to_regclass($1) is not null", params)
        .has_value();
}

bool PostgresInspector::has_tables(Connection& connection) const {
    // The same tables as catalog_tables.sql.
    return internal_connection(connection)
        ->query_text(R"(
            select 1 from pg_catalog.pg_class c
            join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'f') and c.relpersistence <> 't'
              and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'keel')
              and not exists (
                  select from pg_catalog.pg_depend d
                  where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                    and d.objid = c.oid and d.deptype = 'e')
            limit 1)")
        .has_value();
}

}  // namespace keel::postgres
