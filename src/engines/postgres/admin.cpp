#include "engines/postgres/admin.hpp"

#include <fmt/format.h>

#include <array>

#include "engines/postgres/connection.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/side_database.hpp"

namespace keel::postgres {
namespace {

constexpr std::string_view identity_query = R"(
    select s.system_identifier || '/' || d.oid, d.datname
    from pg_catalog.pg_control_system() s, pg_catalog.pg_database d
    where d.datname = pg_catalog.current_database())";

constexpr std::string_view info_query = R"(
    select pg_catalog.current_setting('server_version'),
           pg_catalog.pg_database_size(pg_catalog.current_database()),
           pg_catalog.current_database(),
           pg_catalog.pg_encoding_to_char(d.encoding),
           current_user,
           d.datcollate
    from pg_catalog.pg_database d
    where d.datname = pg_catalog.current_database())";

constexpr std::array interesting_settings = {"max_connections",
                                             "shared_buffers",
                                             "wal_level",
                                             "synchronous_commit",
                                             "fsync",
                                             "data_checksums",
                                             "default_transaction_isolation",
                                             "TimeZone"};

/// Version numbers are followed by the packager's words: "15.18 (Debian 15.18-0+deb12u1)".
std::string short_version(std::string_view version) {
    return std::string(version.substr(0, version.find(' ')));
}

bool is_closed_database(const Error& error) {
    return error.sql() && error.sql()->state == "55000";
}

}  // namespace

DatabaseIdentity PostgresAdmin::identity(Connection& connection) const {
    DatabaseIdentity identity;
    internal_connection(connection)->query(identity_query, {}, [&](const Row& row) {
        identity = {.bound = row.string(0), .location = row.string(1)};
    });
    return identity;
}

ServerInfo PostgresAdmin::info(Connection& connection) const {
    ServerInfo info;
    const auto internal = internal_connection(connection);
    internal->query(info_query, {}, [&](const Row& row) {
        info.version = short_version(row.text(0));
        info.size_bytes = row.integer(1);
        info.database = row.string(2);
        info.encoding = row.string(3);
        info.user = row.string(4);
        info.settings.emplace_back("collation", row.string(5));
    });
    for (const std::string name : interesting_settings) {
        const std::vector<Value> params = {name};
        const auto value =
            internal->query_text("select pg_catalog.current_setting($1, true)", params);
        if (value) info.settings.emplace_back(name, *value);
    }
    return info;
}

bool PostgresAdmin::exists(const DatabaseUrl& url) const {
    try {
        ConnectOptions options;
        options.url = url;
        options.ignore_ambient = options_.ignore_ambient;
        connect(options);
        return true;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::not_found) return false;
        if (is_closed_database(error)) return true;
        throw;
    }
}

void PostgresAdmin::create(const DatabaseUrl& url) const {
    const Server server(url, options_);
    const auto maintenance = server.maintenance();
    const std::string name = server.database();
    const auto already_there = [&] {
        return Error(ErrorKind::already_exists, fmt::format("database '{}' exists already", name));
    };
    if (has_database(*maintenance, name)) throw already_there();
    try {
        maintenance->execute(fmt::format("create database {}", quote_identifier(name)));
    } catch (const Error& error) {
        const bool is_race =
            error.kind() == ErrorKind::already_exists || error.kind() == ErrorKind::constraint;
        if (is_race) throw already_there();
        throw;
    }
}

void PostgresAdmin::drop(const DatabaseUrl& url) const {
    const Server server(url, options_);
    const auto maintenance = server.maintenance();
    const std::string name = server.database();
    if (!has_database(*maintenance, name))
        throw Error(ErrorKind::not_found, fmt::format("there is no database '{}'", name));
    try {
        maintenance->execute(fmt::format("drop database {}", quote_identifier(name)));
    } catch (Error& error) {
        if (error.kind() == ErrorKind::locked)
            error.set_hint("close the sessions that use it; pg_stat_activity lists them");
        throw;
    }
}

}  // namespace keel::postgres
