#include "engines/sqlite/table_rebuild.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/tokenizer.hpp"

namespace keel::sqlite {
namespace {

struct Definition {
    std::string name;
    std::string sql;
};

Definition find_table(Connection& connection, std::string_view table) {
    std::optional<Definition> found;
    std::vector<std::string> known;
    connection.query("select name, sql from sqlite_schema where type = 'table'", {},
                     [&](const Row& row) {
                         known.push_back(row.string(0));
                         if (equals_ignore_case(row.text(0), table))
                             found = Definition{row.string(0), row.string(1)};
                     });
    if (!found)
        throw Error(ErrorKind::not_found, fmt::format("there is no table '{}'{}", table,
                                                      did_you_mean(std::string(table), known)))
            .with_hint("list the tables with: keel inspect --tables");
    if (starts_with_ignore_case(found->sql, "create virtual"))
        throw Error(
            ErrorKind::unsupported,
            fmt::format("'{}' is a virtual table: its module decides how it changes", table))
            .with_hint("drop it and create it anew in a migration");
    return *found;
}

std::string parts_of(Connection& connection, const std::string& table) {
    std::string text;
    const std::array<Value, 1> parameters{table};
    connection.query(
        "select sql from sqlite_schema where tbl_name = $1 and type in ('index', 'trigger') "
        "and sql is not null order by type, name",
        parameters, [&](const Row& row) { text.append(row.text(0)).append(";\n"); });
    return text;
}

}  // namespace

std::string renamed_table(const std::string& sql, const std::string& name) {
    Tokenizer tokenizer(sql);
    std::vector<Token> head;
    while (const auto token = tokenizer.next()) {
        if (token->text == "(" || token->is("as")) break;
        head.push_back(*token);
    }
    const Token& old = head.back();
    return sql.substr(0, old.offset) + quote_name(name) + sql.substr(old.end());
}

std::vector<std::string> columns_with_values(Connection& connection, const std::string& table) {
    std::vector<std::string> names;
    bool has_rowid_alias = false;
    bool has_rowid_column = false;
    int key_columns = 0;
    const std::array<Value, 1> parameters{table};
    connection.query(
        "select name, type, pk, hidden from pragma_table_xinfo($1)", parameters,
        [&](const Row& row) {
            if (row.integer(3) != 0) return;  // generated
            names.push_back(row.string(0));
            key_columns += row.integer(2) > 0 ? 1 : 0;
            has_rowid_column = has_rowid_column || equals_ignore_case(row.text(0), "rowid");
            has_rowid_alias = has_rowid_alias ||
                              (row.integer(2) > 0 && equals_ignore_case(row.text(1), "integer"));
        });
    has_rowid_alias = has_rowid_alias && key_columns == 1;
    const bool has_rowid =
        connection.query_integer(
            "select wr from pragma_table_list where schema = 'main' and name = $1", parameters) ==
        0;
    if (has_rowid && !has_rowid_alias && !has_rowid_column) names.insert(names.begin(), "rowid");
    return names;
}

TableRebuild rebuild_table(Connection& connection, std::string_view table) {
    const Definition found = find_table(connection, table);
    const std::string fresh = "new_" + found.name;
    std::vector<std::string> names = columns_with_values(connection, found.name);
    for (std::string& name : names)
        if (name != "rowid") name = quote_name(name);
    const std::string columns = join(names, ", ");
    const std::string text =
        renamed_table(found.sql, fresh) + ";\n" +
        fmt::format("insert into {} ({}) select {} from {};\n", quote_name(fresh), columns, columns,
                    quote_name(found.name)) +
        fmt::format("drop table {};\nalter table {} rename to {};\n", quote_name(found.name),
                    quote_name(fresh), quote_name(found.name)) +
        parts_of(connection, found.name);
    return {.up =
                "-- The definition to change. keel switches foreign keys off around it, carries\n"
                "-- the AUTOINCREMENT mark and the views over, and compares the rows.\n" +
                text,
            .down = text};
}

}  // namespace keel::sqlite
