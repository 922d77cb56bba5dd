#pragma once

#include <string>

#include "db/engine.hpp"
#include "engines/postgres/libpq.hpp"

namespace keel::postgres {

/// Connects and waits until the server is ready, within `options.session.connect_timeout` for each
/// address that libpq tries. libpq gets the URL whole: PG* variables, password and service files,
/// several hosts and target_session_attrs work, unless `ignore_ambient`. Throws as Engine::connect
/// does, and ErrorKind::cancelled on `options.stop`.
ConnectionHandle open_connection(const ConnectOptions& options);

/// The password that `connection` used, wherever it came from.
Secret password_of(const PGconn& connection);

/// The name of the database that `url` leads to, also when only the surroundings say it.
std::string database_name(const DatabaseUrl& url, bool ignore_ambient);

}  // namespace keel::postgres
