#include <fmt/format.h>
#include <sqlite3.h>

#include "base/text.hpp"
#include "engines/sqlite/copy.hpp"
#include "engines/sqlite/copy_format.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/parameters.hpp"
#include "engines/sqlite/row.hpp"

namespace keel::sqlite {
namespace {

std::string select_text(Database& database, const CopySpec& spec) {
    if (!spec.query.empty()) return spec.query;
    const SqliteDialect dialect;
    std::vector<std::string> names;
    for (const auto& name : spec.columns) names.push_back(dialect.quote(name));
    if (names.empty()) {
        for (const auto& column : writable_columns(database, spec.schema, spec.table)) {
            names.push_back(quote_name(column.name));
        }
    }
    return fmt::format("select {} from {}", join(names, ", "),
                       dialect.quote(spec.schema, spec.table));
}

class SqliteRowSource final : public RowSource {
  public:
    SqliteRowSource(Database& database, const CopySpec& spec)
        : database_(database), sql_(select_text(database, spec)), format_(spec.format) {
        const Database::Call call(database_);
        statement_ = database_.prepare(sql_);
        if (statement_ && sqlite3_column_count(statement_.get()) > 0 &&
            sqlite3_stmt_readonly(statement_.get()) != 0) {
            return;
        }
        throw Error(ErrorKind::invalid_input, "only a query can be copied out")
            .with_hint("give a select statement");
    }

    std::span<const std::byte> next() override {
        if (!statement_) return {};
        const Database::Call call(database_);
        if (!database_.step(statement_.get(), sql_)) {
            statement_.reset();
            return {};
        }
        row_.clear();
        append_row(statement_.get(), format_, row_);
        return as_bytes(row_);
    }

  private:
    Database& database_;
    std::string sql_;
    CopyFormat format_;
    StatementHandle statement_;
    std::string row_;
};

}  // namespace

std::vector<WritableColumn> writable_columns(Database& database, std::string_view schema,
                                             std::string_view table) {
    constexpr std::string_view sql =
        "select name, type from pragma_table_xinfo($1, $2) where hidden = 0 order by cid";
    const Database::Call call(database);
    const std::vector<Value> params = {std::string(table),
                                       std::string(schema.empty() ? "main" : schema)};
    const auto statement = database.prepare(sql);
    bind_parameters(database, statement.get(), params);
    StatementRow row(statement.get());
    std::vector<WritableColumn> columns;
    while (database.step(statement.get(), sql)) {
        row.moved();
        columns.push_back({row.string(0), row.string(1)});
    }
    if (columns.empty()) {
        throw Error(ErrorKind::not_found, fmt::format("no table '{}'", escape_controls(table)))
            .with_hint("list the tables with: keel inspect --tables");
    }
    return columns;
}

std::unique_ptr<RowSource> make_row_source(Database& database, const CopySpec& spec) {
    return std::make_unique<SqliteRowSource>(database, spec);
}

}  // namespace keel::sqlite
