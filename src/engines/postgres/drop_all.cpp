#include <fmt/format.h>

#include "db/transaction.hpp"
#include "engines/postgres/admin.hpp"
#include "engines/postgres/catalog_session.hpp"
#include "engines/postgres/connection.hpp"
#include "engines/postgres/sql.hpp"

namespace keel::postgres {
namespace {

/// Dropping a subscription needs the other server, and cannot be undone with the transaction.
void refuse_subscriptions(Connection& connection) {
    const auto name = connection.query_text(
        "select s.subname from pg_catalog.pg_subscription s join pg_catalog.pg_database d on d.oid "
        "= s.subdbid where d.datname = pg_catalog.current_database() limit 1");
    if (!name) return;
    throw Error(
        ErrorKind::refused,
        fmt::format("the database has the subscription '{}', which no transaction can drop", *name))
        .with_hint(fmt::format("drop it first: drop subscription \"{}\"", *name));
}

std::vector<std::string> drop_statements(Connection& connection, bool keep_internal) {
    std::vector<std::string> statements;
    CatalogSession session(connection);
    const std::vector<Value> params = {keep_internal};
    session.connection().query(sql::drop_all, params,
                               [&](const Row& row) { statements.push_back(row.string(1)); });
    return statements;
}

}  // namespace

void PostgresAdmin::drop_all(Connection& connection, bool keep_internal) const {
    const auto internal = internal_connection(connection);
    Transaction transaction(*internal);
    refuse_subscriptions(*internal);
    for (const auto& statement : drop_statements(*internal, keep_internal)) {
        try {
            internal->execute(statement);
        } catch (Error& error) {
            error.add_trail("drop everything: " + statement);
            throw;
        }
    }
    transaction.commit();
}

}  // namespace keel::postgres
