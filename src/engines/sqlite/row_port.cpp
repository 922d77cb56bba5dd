#include "engines/sqlite/row_port.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

#include "base/text.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/content.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/wal_snapshot.hpp"

namespace keel::sqlite {
namespace {

constexpr std::string_view side_name = "keel_side";
constexpr int most_attempts = 100;

std::string column_list(const std::vector<std::string>& columns, std::string_view prefix = "") {
    std::vector<std::string> quoted;
    for (const auto& column : columns) quoted.push_back(std::string(prefix) + quote_name(column));
    return join(quoted, ", ");
}

/// What the rows that are there have come to.
std::int64_t highest_row(Connection& connection, const std::string& table) {
    return connection.query_integer(
        fmt::format("select coalesce(max(rowid), 0) from {}", quote_name(table)));
}

bool has_counters(Connection& connection) {
    return connection
        .query_text("select 1 from sqlite_schema where type = 'table' and name = 'sqlite_sequence'")
        .has_value();
}

/// Tables declared with AUTOINCREMENT: those that SQLite itself counts, or would.
std::vector<std::string> counting_tables(Connection& connection) {
    std::vector<std::string> tables;
    connection.query(
        "select name from sqlite_schema where type = 'table' and sql like '%autoincrement%'", {},
        [&](const Row& row) { tables.push_back(row.string(0)); });
    return tables;
}

/// Switches that only have an effect outside of a transaction, put back at the end.
class Switches {
  public:
    explicit Switches(Connection& connection)
        : connection_(connection), foreign_keys_(connection.query_integer("pragma foreign_keys")) {
        connection_.execute("pragma foreign_keys = off");
        set_triggers(0);
    }
    ~Switches() {
        try {
            set_triggers(triggers_);
            connection_.execute(fmt::format("pragma foreign_keys = {}", foreign_keys_));
        } catch (const Error&) {
            // A connection that cannot take a pragma is broken, and reports that at its next use.
            foreign_keys_ = 0;
        }
    }
    Switches(const Switches&) = delete;
    Switches& operator=(const Switches&) = delete;

  private:
    void set_triggers(int enabled) {
        auto* raw = static_cast<sqlite3*>(connection_.raw());
        if (triggers_ < 0) sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_TRIGGER, -1, &triggers_);
        sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_TRIGGER, enabled, nullptr);
    }

    Connection& connection_;
    std::int64_t foreign_keys_;
    int triggers_ = -1;
};

class Load final : public RowLoad {
  public:
    explicit Load(Connection& connection) : connection_(connection), switches_(connection) {
        connection_.begin({});
    }
    ~Load() override {
        if (is_done_) return;
        try {
            connection_.rollback();
        } catch (const Error&) {
            // Nothing was committed; the connection reports its state at its next use.
            is_done_ = true;
        }
    }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    void empty(std::span<const TableId> tables) override {
        for (const auto& table : tables)
            connection_.execute("delete from main." + quote_name(table.name));
    }

    CopySpec side_table(const TableId& table, const std::vector<std::string>& columns) override {
        drop_side();
        connection_.execute(fmt::format("create temp table {} as select {} from main.{} where 0",
                                        side_name, column_list(columns), quote_name(table.name)));
        CopySpec spec;
        spec.schema = "temp";
        spec.table = side_name;
        spec.columns = columns;
        return spec;
    }

    MergedRows merge(const TableId& table, const std::vector<std::string>& columns,
                     const std::vector<std::string>& key) override {
        MergedRows merged;
        std::vector<std::string> same, changes;
        for (const auto& column : key)
            same.push_back(fmt::format("t.{0} = s.{0}", quote_name(column)));
        for (const auto& column : columns)
            if (std::ranges::find(key, column) == key.end())
                changes.push_back(fmt::format("{0} = excluded.{0}", quote_name(column)));
        merged.replaced = static_cast<std::uint64_t>(connection_.query_integer(
            fmt::format("select count(*) from temp.{} s join main.{} t on {}", side_name,
                        quote_name(table.name), join(same, " and "))));
        const auto total = static_cast<std::uint64_t>(
            connection_.query_integer(fmt::format("select count(*) from temp.{}", side_name)));
        merged.added = total - merged.replaced;
        // "where true" keeps the parser from taking ON for that of a join.
        connection_.execute(
            fmt::format("insert into main.{0} ({1}) select {1} from temp.{2} where true on "
                        "conflict ({3}) do {4}",
                        quote_name(table.name), column_list(columns), side_name, column_list(key),
                        changes.empty() ? "nothing" : "update set " + join(changes, ", ")));
        drop_side();
        return merged;
    }

    void set_counters(std::span<const TableId> tables, std::span<const TableCounter> known,
                      bool keeps_own) override {
        if (!has_counters(connection_)) return;
        for (const auto& name : counting_tables(connection_)) {
            const auto is_meant = [&](const TableId& table) {
                return equals_ignore_case(table.name, name);
            };
            if (std::ranges::any_of(tables, is_meant)) set_counter(name, known, keeps_own);
        }
    }

    void commit() override {
        connection_.commit();
        is_done_ = true;
    }

  private:
    void drop_side() {
        connection_.execute(fmt::format("drop table if exists temp.{}", side_name));
    }

    void set_counter(const std::string& table, std::span<const TableCounter> known,
                     bool keeps_own) {
        auto last = highest_row(connection_, table);
        for (const auto& counter : known)
            if (equals_ignore_case(counter.table.name, table)) last = std::max(last, counter.last);
        const std::vector<Value> by_name = {table};
        if (keeps_own)
            last = std::max(
                last, connection_.query_integer("select coalesce(max(seq), 0) from sqlite_sequence "
                                                "where name = $1",
                                                by_name));
        connection_.execute("delete from sqlite_sequence where name = $1", by_name);
        const std::vector<Value> values = {table, last};
        connection_.execute("insert into sqlite_sequence (name, seq) values ($1, $2)", values);
    }

    Connection& connection_;
    Switches switches_;
    bool is_done_ = false;
};

}  // namespace

void SqliteRowPort::begin_reading(Connection& source) const {
    source.begin({.read_only = true, .isolation = {}, .snapshot = {}});
    source.query_text("select 1 from sqlite_schema limit 1");
}

/// With a write-ahead log, its state is read before the first transaction begins and after the last
/// one has: equal, it is that of all of them. Without one, nobody can commit once one of them
/// reads.
bool SqliteRowPort::begin_reading_together(std::span<Connection* const> sources) const {
    auto& first = *sources.front();
    auto* raw = static_cast<sqlite3*>(first.raw());
    if (path_of(raw).empty()) return false;
    const bool has_log = first.query_text("pragma journal_mode") == "wal";
    if (has_log) first.query_text("select 1 from sqlite_schema limit 1");  // opens the log
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        const auto before = has_log ? read_wal_index(raw) : std::nullopt;
        for (auto* source : sources) begin_reading(*source);
        if (!has_log) return true;
        const auto after = read_wal_index(raw);
        if (before && after && *before == *after) return true;
        for (auto* source : sources) source->rollback();
    }
    return false;
}

std::vector<TableId> SqliteRowPort::binary_tables(Connection& source) const {
    std::vector<TableId> tables;
    for (auto& name : user_tables(source))
        tables.push_back({.schema = "", .name = std::move(name)});
    return tables;
}

std::vector<TableCounter> SqliteRowPort::counters(Connection& source) const {
    std::vector<TableCounter> counters;
    if (!has_counters(source)) return counters;
    source.query(
        "select s.name, c.name, s.seq from sqlite_sequence s, pragma_table_info(s.name) c "
        "where c.pk = 1",
        {}, [&](const Row& row) {
            counters.push_back({.table = {.schema = "", .name = row.string(0)},
                                .column = row.string(1),
                                .last = row.integer(2)});
        });
    return counters;
}

std::unique_ptr<RowLoad> SqliteRowPort::begin_loading(Connection& target,
                                                      std::span<const TableId>) const {
    return std::make_unique<Load>(target);
}

}  // namespace keel::sqlite
