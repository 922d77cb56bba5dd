#include "engines/postgres/template_copy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engines/postgres/catalog_session.hpp"
#include "engines/postgres/connection.hpp"
#include "engines/postgres/database_state.hpp"
#include "engines/postgres/dump_catalog.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/sql.hpp"
#include "engines/postgres/staging.hpp"

namespace keel::postgres {
namespace {

// Tables up to this size are counted; of larger ones the planner's estimate is good enough where
// the server has copied the file itself.
constexpr std::uint64_t counted_size = std::uint64_t{4} << 20;

constexpr std::string_view find_session = R"(
    select coalesce(nullif(a.application_name, ''), a.backend_type) || ' (process ' || a.pid || ')'
    from pg_catalog.pg_stat_activity a
    where a.datname = $1 and a.backend_type <> 'autovacuum worker'
    union all
    select 'prepared transaction ' || p.gid
    from pg_catalog.pg_prepared_xacts p
    where p.database = $1
    limit 1)";

constexpr std::string_view may_copy = R"(
    select 1
    from pg_catalog.pg_database d
    join pg_catalog.pg_roles r on r.rolname = current_user
    where d.datname = $1
      and (r.rolsuper or pg_catalog.pg_has_role(d.datdba, 'member')))";

/// What has to be known of the source before nobody may be connected to it.
struct Origin {
    std::string server;
    std::string database;
    Json state;
    std::vector<TableContent> tables;
    bool has_exact_rows = true;
};

std::string server_of(Connection& connection) {
    CatalogSession session(connection);
    return session.connection().query_text(sql::server_identity).value_or("");
}

std::vector<TableContent> count_tables(Connection& connection, bool& is_exact) {
    std::vector<TableContent> list;
    for (const auto& table : read_dump_tables(connection)) {
        TableContent content;
        content.schema = table.schema;
        content.name = table.name;
        content.columns = table.columns;
        if (table.bytes <= counted_size && !table.is_partitioned) {
            content.rows = static_cast<std::uint64_t>(connection.query_integer(
                fmt::format("select count(*) from only {}", table.quoted())));
        } else {
            content.rows = static_cast<std::uint64_t>(table.estimate);
            is_exact = false;
        }
        list.push_back(std::move(content));
    }
    return list;
}

Origin look_at(const ConnectOptions& options, const Context& context) {
    const auto outer = connect(options);
    const auto connection = internal_connection(*outer);
    const CancelOnStop cancel(context.stop, *connection);
    Origin origin;
    origin.server = server_of(*connection);
    origin.database = connection->query_text("select pg_catalog.current_database()").value_or("");
    connection->begin({.read_only = true, .isolation = Isolation::repeatable_read});
    set_dump_settings(*connection, true);
    origin.state = read_database_state(*connection, origin.database).value_or(Json());
    origin.tables = count_tables(*connection, origin.has_exact_rows);
    connection->rollback();
    return origin;
}

/// Why the server may not copy the database itself; empty when it may.
std::string obstacle(const Origin& origin, Connection& maintenance) {
    if (origin.server.empty() || origin.server != server_of(maintenance))
        return "source and target are not on one server";
    const std::vector<Value> params = {origin.database};
    if (!maintenance.query_text(may_copy, params)) return "the role does not own the source";
    if (const auto session = maintenance.query_text(find_session, params))
        return fmt::format("the source is in use by {}", *session);
    return {};
}

bool is_refusal(const Error& error) {
    const std::string state = error.sql() ? error.sql()->state : "";
    return state == "55006" || state == "42501" || state == "22023";
}

void settle(const CopyOptions& options, Connection& connection) {
    if (!options.settle) return;
    // Event triggers came along and would see what is written here.
    const bool is_superuser =
        connection.query_text("select pg_catalog.current_setting('is_superuser')") == "on";
    if (is_superuser) connection.execute("set session_replication_role = replica");
    options.settle(connection);
}

}  // namespace

std::optional<CopiedDatabase> copy_as_template(const CopyOptions& options,
                                               const EngineOptions& engine_options,
                                               const Context& context) {
    auto origin = look_at(options.source, context);
    Staging staging(options.to, engine_options, context);
    const auto give_up = [&](std::string_view reason) {
        context.logger.log(Level::debug, fmt::format("copying rows: {}", reason));
        return std::nullopt;
    };
    const auto reason = obstacle(origin, staging.maintenance());
    if (!reason.empty()) return give_up(reason);
    context.progress.on({.phase = "copy", .item = "template", .done = 0, .total = 0});
    try {
        const CancelOnStop cancel(context.stop, staging.maintenance());
        staging.create_from(origin.database, origin.state);
    } catch (const Error& error) {
        if (!is_refusal(error)) throw;
        return give_up(error.message());
    }
    CopiedDatabase copied;
    {
        const auto connection = staging.connect();
        settle(options, *connection);
        copied.bytes = static_cast<std::uint64_t>(connection->query_integer(
            "select pg_catalog.pg_database_size(pg_catalog.current_database())"));
    }
    copied.tables = std::move(origin.tables);
    copied.has_exact_rows = origin.has_exact_rows;
    copied.method = "template";
    copied.proof = "server";
    copied.staged = staging.keep();
    return copied;
}

}  // namespace keel::postgres
