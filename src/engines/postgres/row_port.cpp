#include "engines/postgres/row_port.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "db/transaction.hpp"
#include "engines/postgres/catalog_session.hpp"
#include "engines/postgres/connection.hpp"
#include "engines/postgres/dump_catalog.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/sql.hpp"
#include "model/schema_model.hpp"

namespace keel::postgres {
namespace {

constexpr std::string_view side_name = "keel_side";
constexpr std::string_view no_privilege = "42501";

std::string column_list(const std::vector<std::string>& columns, std::string_view prefix = "") {
    std::vector<std::string> quoted;
    for (const auto& column : columns)
        quoted.push_back(std::string(prefix) + quote_identifier(column));
    return join(quoted, ", ");
}

/// "{1,2}": those of the tables that are there.
std::string oids_of(Connection& connection, std::span<const TableId> tables) {
    auto names = Json::array();
    for (const auto& table : tables) names.push_back(quote_name(table.schema, table.name));
    const std::vector<Value> params = {names.dump()};
    return connection
        .query_text(
            "select coalesce(pg_catalog.array_agg(pg_catalog.to_regclass(name)::pg_catalog.oid), "
            "'{}') from pg_catalog.json_array_elements_text($1::pg_catalog.json) name "
            "where pg_catalog.to_regclass(name) is not null",
            params)
        .value_or("{}");
}

/// A sequence and the column that it counts for.
struct Sequence {
    TableId table;
    std::string column;
    std::string name;  ///< as SQL names it
    std::int64_t step = 1;
    std::int64_t first = 1;
};

std::vector<Sequence> read_sequences(Connection& connection, const Value& oids) {
    std::vector<Sequence> sequences;
    CatalogSession session(connection);
    const std::vector<Value> params = {oids};
    session.connection().query(sql::load_counters, params, [&](const Row& row) {
        sequences.push_back({.table = {.schema = row.string(0), .name = row.string(1)},
                             .column = row.string(2),
                             .name = row.string(3),
                             .step = row.integer(4),
                             .first = row.integer(5)});
    });
    return sequences;
}

/// The last value that it has given out; before its first one, that minus a step.
std::int64_t last_given(Connection& connection, const Sequence& sequence) {
    std::int64_t last = 0;
    connection.query(fmt::format("select last_value, is_called from {}", sequence.name), {},
                     [&](const Row& row) {
                         last = row.integer(0);
                         if (!row.boolean(1)) last -= sequence.step;
                     });
    return last;
}

std::int64_t further(const Sequence& sequence, std::int64_t one, std::int64_t other) {
    return sequence.step > 0 ? std::max(one, other) : std::min(one, other);
}

/// What reacts to rows, switched off, and how it is switched on again.
class Quiet {
  public:
    Quiet(Connection& connection, const std::string& oids) : connection_(connection) {
        is_replica_ = becomes_replica();
        std::vector<std::string> off;
        {
            CatalogSession session(connection_);
            const std::vector<Value> params = {oids, is_replica_};
            session.connection().query(sql::load_triggers, params, [&](const Row& row) {
                off.push_back(row.string(0));
                on_.push_back(row.string(1));
            });
        }
        for (const auto& statement : off) connection_.execute(statement);
    }
    /// Whether foreign keys are only passed over; otherwise they are gone for now.
    bool keeps_foreign_keys() const noexcept { return is_replica_; }

    void end() {
        for (const auto& statements : on_)
            for (const auto& statement : split(statements, statement_separator))
                connection_.execute(statement);
        if (is_replica_) connection_.execute("set local session_replication_role = default");
    }

  private:
    bool becomes_replica() {
        Transaction attempt(connection_);
        try {
            connection_.execute("set local session_replication_role = replica");
        } catch (const Error& error) {
            if (!error.sql() || error.sql()->state != no_privilege) throw;
            return false;  // not this role's to do; the savepoint is rolled back
        }
        attempt.commit();
        return true;
    }

    Connection& connection_;
    bool is_replica_ = false;
    std::vector<std::string> on_;
};

class Load final : public RowLoad {
  public:
    Load(Connection& connection, std::span<const TableId> tables)
        : connection_(internal_connection(connection)), transaction_(*connection_) {
        set_dump_settings(*connection_, true);
        quiet_.emplace(*connection_, oids_of(*connection_, tables));
    }

    void empty(std::span<const TableId> tables) override {
        std::vector<std::string> truncated, deleted;
        {
            CatalogSession session(*connection_);
            const std::vector<Value> params = {oids_of(*connection_, tables)};
            session.connection().query(sql::load_emptying, params, [&](const Row& row) {
                const auto name = (row.boolean(1) ? "" : "only ") + row.string(0);
                const bool is_held = row.boolean(2) && quiet_->keeps_foreign_keys();
                (is_held ? deleted : truncated).push_back(name);
            });
        }
        if (!truncated.empty()) connection_->execute("truncate " + join(truncated, ", "));
        for (const auto& name : deleted) connection_->execute("delete from " + name);
    }

    CopySpec side_table(const TableId& table, const std::vector<std::string>& columns) override {
        connection_->execute(fmt::format(
            "create temporary table {} on commit drop as select {} from {} with no data", side_name,
            column_list(columns), quote_name(table.schema, table.name)));
        CopySpec spec;
        spec.schema = "pg_temp";
        spec.table = side_name;
        spec.columns = columns;
        return spec;
    }

    MergedRows merge(const TableId& table, const std::vector<std::string>& columns,
                     const std::vector<std::string>& key) override {
        const auto name = quote_name(table.schema, table.name);
        std::vector<std::string> same, changes;
        for (const auto& column : key)
            same.push_back(fmt::format("t.{0} = s.{0}", quote_identifier(column)));
        for (const auto& column : columns)
            if (std::ranges::find(key, column) == key.end())
                changes.push_back(fmt::format("{0} = excluded.{0}", quote_identifier(column)));
        connection_->execute(fmt::format("analyze pg_temp.{}", side_name));
        MergedRows merged;
        merged.replaced = static_cast<std::uint64_t>(connection_->query_integer(
            fmt::format("select pg_catalog.count(*) from pg_temp.{} s join {} t on {}", side_name,
                        name, join(same, " and "))));
        const auto written = connection_->execute(fmt::format(
            "insert into {0} ({1}) overriding system value select {1} from pg_temp.{2} on conflict "
            "({3}) do {4}",
            name, column_list(columns), side_name, column_list(key),
            changes.empty() ? "nothing" : "update set " + join(changes, ", ")));
        merged.added = changes.empty() ? written : written - merged.replaced;
        connection_->execute(fmt::format("drop table pg_temp.{}", side_name));
        return merged;
    }

    void set_counters(std::span<const TableId> tables, std::span<const TableCounter> known,
                      bool keeps_own) override {
        const auto oids = oids_of(*connection_, tables);
        for (const auto& sequence : keel::postgres::read_sequences(*connection_, oids))
            set_counter(sequence, known, keeps_own);
    }

    void commit() override {
        quiet_->end();
        transaction_.commit();
    }

  private:
    /// With ALTER SEQUENCE, which belongs to the transaction; setval would stay after a rollback.
    void set_counter(const Sequence& sequence, std::span<const TableCounter> known,
                     bool keeps_own) {
        auto last = sequence.first - sequence.step;
        const auto highest = connection_->query_text(fmt::format(
            "select {}({}) from {}", sequence.step > 0 ? "pg_catalog.max" : "pg_catalog.min",
            quote_identifier(sequence.column),
            quote_name(sequence.table.schema, sequence.table.name)));
        if (highest) last = further(sequence, last, std::stoll(*highest));
        for (const auto& counter : known)
            if (counter.table == sequence.table && counter.column == sequence.column)
                last = further(sequence, last, counter.last);
        if (keeps_own) last = further(sequence, last, last_given(*connection_, sequence));
        connection_->execute(
            fmt::format("alter sequence {} restart with {}", sequence.name, last + sequence.step));
    }

    std::unique_ptr<Connection> connection_;
    Transaction transaction_;
    std::optional<Quiet> quiet_;
};

}  // namespace

void PostgresRowPort::begin_reading(Connection& source) const {
    const auto internal = internal_connection(source);
    internal->begin({.read_only = true, .isolation = Isolation::repeatable_read, .snapshot = {}});
    set_dump_settings(*internal, true);
}

bool PostgresRowPort::begin_reading_together(std::span<Connection* const> sources) const {
    begin_reading(*sources.front());
    if (sources.size() == 1) return true;
    const auto snapshot = internal_connection(*sources.front())
                              ->query_text("select pg_catalog.pg_export_snapshot()")
                              .value_or("");
    for (auto* source : sources.subspan(1)) {
        const auto internal = internal_connection(*source);
        internal->begin(
            {.read_only = true, .isolation = Isolation::repeatable_read, .snapshot = snapshot});
        set_dump_settings(*internal, true);
    }
    return true;
}

std::vector<TableId> PostgresRowPort::binary_tables(Connection& source) const {
    std::vector<TableId> tables;
    for (auto& table : read_dump_tables(source))
        if (table.is_binary_safe)
            tables.push_back({.schema = std::move(table.schema), .name = std::move(table.name)});
    return tables;
}

std::vector<TableCounter> PostgresRowPort::counters(Connection& source) const {
    std::vector<TableCounter> counters;
    for (const auto& sequence : keel::postgres::read_sequences(source, Value()))
        counters.push_back({.table = sequence.table,
                            .column = sequence.column,
                            .last = last_given(*internal_connection(source), sequence)});
    return counters;
}

std::unique_ptr<RowLoad> PostgresRowPort::begin_loading(Connection& target,
                                                        std::span<const TableId> tables) const {
    return std::make_unique<Load>(target, tables);
}

}  // namespace keel::postgres
