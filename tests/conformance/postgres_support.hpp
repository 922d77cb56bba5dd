#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "db/engine.hpp"

namespace keel::conformance {

/// The folder of the private server that the tests run on (tools/private_postgres); empty when
/// there is none.
std::string postgres_directory();

/// The engine as tests use it: ambient settings do not count.
const Engine& postgres_engine();

/// The address of a database of the private server.
DatabaseUrl postgres_url(std::string_view database);

std::unique_ptr<Connection> connect_postgres(const DatabaseUrl& url, bool read_only = false);

/// A database of its own for one test; gone with it, and with it what restores left beside it.
class PostgresDatabase {
  public:
    PostgresDatabase();
    ~PostgresDatabase();
    PostgresDatabase(const PostgresDatabase&) = delete;
    PostgresDatabase& operator=(const PostgresDatabase&) = delete;

    const std::string& name() const noexcept { return name_; }
    DatabaseUrl url() const { return postgres_url(name_); }
    std::unique_ptr<Connection> connect(bool read_only = false) const {
        return connect_postgres(url(), read_only);
    }

  private:
    std::string name_;
};

/// A database name that nobody has used.
std::string new_database_name();
/// Drops it and every database whose name begins with it.
void drop_postgres_databases(const std::string& name);

/// Ends the sessions of a run that was cut off, and waits until they are gone: the server itself
/// notices the end of a wire when it comes to it, and until then the run counts as at work.
void end_sessions_of(const std::string& run_id);

/// Runs a script with the dialect's splitter.
void run_script(Connection& connection, std::string_view script);

/// The Error that `work` throws; fails the test when it throws none.
Error failure_of(const std::function<void()>& work);

}  // namespace keel::conformance
