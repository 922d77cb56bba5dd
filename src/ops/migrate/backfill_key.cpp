#include "ops/migrate/backfill_key.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "db/dialect.hpp"
#include "db/inspector.hpp"

namespace keel {
namespace {

/// SQLite's own number of a row, where a table has one.
constexpr std::string_view row_number = "rowid";

class SourceFinder {
  public:
    SourceFinder(Connection& connection, const Engine& engine, const BackfillDirective& directive,
                 SourcePosition where)
        : connection_(connection), engine_(engine), wanted_(directive), where_(std::move(where)) {}

    BackfillSource find() {
        const Table table = find_table();
        const std::vector<std::string> key = wanted_.key.empty() ? own_key(table) : columns(table);
        const Dialect& dialect = engine_.dialect();
        BackfillSource source{
            .table = dialect.quote(table.schema, table.name),
            .rows = static_cast<std::uint64_t>(std::max<std::int64_t>(table.rows.value_or(0), 0))};
        for (const std::string& column : key) {
            const bool is_plain = is_sqlite() && column == row_number;
            source.key.push_back(is_plain ? column : dialect.quote(column));
        }
        check_index(table, key);
        check_nulls(table, key, source);
        return source;
    }

  private:
    bool is_sqlite() const noexcept { return engine_.kind() == EngineKind::sqlite; }

    Error refuse(std::string message, std::string hint) const {
        return Error(ErrorKind::invalid_input, std::move(message))
            .with_hint(std::move(hint))
            .at(where_);
    }

    bool is_named(std::string_view name, std::string_view wanted) const {
        return is_sqlite() ? equals_ignore_case(name, wanted) : name == wanted;
    }

    Table find_table() const {
        const Catalog catalog = engine_.inspector().inspect(
            connection_, {.schema = wanted_.table.schema,
                          .table = is_sqlite() ? std::string() : wanted_.table.name,
                          .rows = is_sqlite() ? RowCounts::none : RowCounts::estimate});
        const Table* found = nullptr;
        for (const Table& table : catalog.tables) {
            if (!is_named(table.name, wanted_.table.name)) continue;
            if (found != nullptr)
                throw refuse(fmt::format("there are tables '{}' in the schemas {} and {}",
                                         table.name, found->schema, table.schema),
                             "say which: table=schema.name");
            found = &table;
        }
        if (found == nullptr)
            throw refuse(fmt::format("there is no table '{}' to go through", wanted_.table.name),
                         "keel:backfill table= names a table as it is in the database then");
        Table table = *found;
        if (is_sqlite())
            table.rows = connection_.query_integer(fmt::format(
                "select count(*) from {}", engine_.dialect().quote(table.schema, table.name)));
        return table;
    }

    std::vector<std::string> own_key(const Table& table) const {
        for (const Constraint& constraint : table.constraints)
            if (constraint.kind == ConstraintKind::primary_key) return constraint.columns;
        if (is_sqlite() && has_row_number(table)) return {std::string(row_number)};
        throw refuse(fmt::format("table '{}' has no primary key", table.name),
                     "name the columns of another index: key=a,b");
    }

    static bool has_row_number(const Table& table) {
        return table.kind == TableKind::table &&
               table.options.find("without rowid") == std::string::npos;
    }

    std::vector<std::string> columns(const Table& table) const {
        std::vector<std::string> names;
        std::vector<std::string> known;
        for (const Column& column : table.columns) known.push_back(column.name);
        for (const std::string& wanted : wanted_.key) {
            const auto found = std::ranges::find_if(
                known, [&](const std::string& name) { return is_named(name, wanted); });
            if (found != known.end()) {
                names.push_back(*found);
                continue;
            }
            if (is_sqlite() && wanted == row_number && has_row_number(table)) {
                names.push_back(wanted);
                continue;
            }
            throw refuse(fmt::format("table '{}' has no column '{}'{}", table.name, wanted,
                                     did_you_mean(wanted, known)),
                         "keel:backfill key= names columns of the table");
        }
        return names;
    }

    static bool begins_with(const std::vector<std::string>& columns,
                            const std::vector<std::string>& key) {
        return columns.size() >= key.size() && std::equal(key.begin(), key.end(), columns.begin());
    }

    /// Without one, every batch would read the whole table.
    void check_index(const Table& table, const std::vector<std::string>& key) const {
        if (is_sqlite() && key.front() == row_number) return;
        for (const Index& index : table.indexes) {
            const bool is_whole = to_lower(index.definition).find(" where ") == std::string::npos;
            if (index.valid && is_whole && begins_with(index.columns, key)) return;
        }
        for (const Constraint& constraint : table.constraints) {
            const bool is_key = constraint.kind == ConstraintKind::primary_key ||
                                constraint.kind == ConstraintKind::unique;
            if (is_key && begins_with(constraint.columns, key)) return;
        }
        throw refuse(fmt::format("no index of '{}' begins with {}", table.name, join(key, ", ")),
                     "leave key= out to go by the primary key, or make an index first");
    }

    /// No order finds rows whose key is null.
    void check_nulls(const Table& table, const std::vector<std::string>& key,
                     const BackfillSource& source) const {
        std::vector<std::string> conditions;
        for (std::size_t i = 0; i < key.size(); ++i) {
            const auto column = std::ranges::find(table.columns, key[i], &Column::name);
            if (column != table.columns.end() && column->nullable)
                conditions.push_back(source.key[i] + " is null");
        }
        if (conditions.empty()) return;
        const auto found = connection_.query_text(fmt::format(
            "select 1 from {} where {} limit 1", source.table, join(conditions, " or ")));
        if (!found) return;
        throw refuse(fmt::format("rows of '{}' have no {}: a backfill by it would miss them",
                                 table.name, join(key, ", ")),
                     "go by a key that is never null");
    }

    Connection& connection_;
    const Engine& engine_;
    const BackfillDirective& wanted_;
    SourcePosition where_;
};

}  // namespace

BackfillSource find_backfill_source(Connection& connection, const Engine& engine,
                                    const Backfill& backfill, const Script& script,
                                    std::size_t index) {
    return SourceFinder(connection, engine, backfill.directive,
                        script.locate(script.statements[index]))
        .find();
}

}  // namespace keel
