#include "engines/postgres/snapshot.hpp"

#include <fmt/format.h>

#include "engines/postgres/connection.hpp"
#include "engines/postgres/quote.hpp"

namespace keel::postgres {
namespace {

void use_own_encoding(Connection& connection) {
    // Rows pass as they are: nothing is converted twice, and what only SQL_ASCII takes passes too.
    connection.query_text(
        "select pg_catalog.set_config('client_encoding', "
        "pg_catalog.current_setting('server_encoding'), true)");
}

}  // namespace

Snapshot::Snapshot(const ConnectOptions& source, const std::stop_token& stop)
    : source_(source), connection_(open()), cancel_(stop, *connection_) {
    connection_->begin({.read_only = true, .isolation = Isolation::repeatable_read});
    set_dump_settings(*connection_, true);
    tables_ = read_dump_tables(*connection_);
    lock_tables(*connection_, tables_);
    name_ = connection_->query_text("select pg_catalog.pg_export_snapshot()").value_or("");
    encoding_ = connection_->query_text("select pg_catalog.current_setting('server_encoding')")
                    .value_or("");
}

std::unique_ptr<Connection> Snapshot::open() const {
    ConnectOptions options = source_;
    options.read_only = true;
    const auto connection = connect(options);
    return internal_connection(*connection);
}

std::shared_ptr<Wire> Snapshot::wire() const {
    return wire_of(*connection_);
}

int Snapshot::major_version() const {
    return libpq().server_version(wire()->raw()) / 10'000;
}

std::unique_ptr<Connection> Snapshot::another() const {
    auto connection = open();
    try {
        connection->begin(
            {.read_only = true, .isolation = Isolation::repeatable_read, .snapshot = name_});
    } catch (Error& error) {
        const bool is_pooled =
            error.sql() && (error.sql()->state == "22023" || error.sql()->state == "42704");
        if (is_pooled)
            error.set_hint(
                "a pooler gives each session another server: use the server's own "
                "address");
        else if (error.sql())
            error.set_hint(
                "the snapshot ended with the session that held it; run the command again, which "
                "begins again with a new one");
        throw;
    }
    set_dump_settings(*connection, true);
    use_own_encoding(*connection);
    return connection;
}

}  // namespace keel::postgres
