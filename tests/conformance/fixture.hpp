#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "db/engine.hpp"
#include "db/observation.hpp"

namespace keel::conformance {

/// SQL that differs between engines, or that only one of them has.
struct Samples {
    /// A query with one parameter, a number, giving that many rows (at least one) of one integer
    /// column n: 1, 2 …
    std::string series;
    /// A statement that would run for minutes.
    std::string endless;
    /// A script of which at least one statement makes the engine send a notice.
    std::string notice_script;
    /// Types for columns that hold what the suite puts there.
    std::string integer_type;
    std::string real_type;
    std::string text_type;
    std::string blob_type;
    /// Statements (each run alone, then inside a transaction) of a read-only session. Each may fail
    /// or pass; none may change anything that `observe` sees, or outlive the session. At least 30.
    std::vector<std::string> write_attempts;
    /// A script that makes the ugliest schema the engine can hold, with rows in every table.
    std::string torture_script;
    /// Statements, each of which changes the schema that `torture_script` made.
    std::vector<std::string> schema_changes;
    /// Statements, none of which changes the schema (rows, statistics, settings).
    std::vector<std::string> no_schema_changes;
    /// What SqlDetail::state is for a violated unique constraint, and for a syntax error.
    std::string unique_violation_state;
    std::string syntax_error_state;
};

/// What one engine brings to the suite. One object lives for one test case.
class EngineFixture {
  public:
    virtual ~EngineFixture() = default;
    virtual const Engine& engine() const = 0;
    virtual const Samples& samples() const = 0;
    /// Address of a database that does not exist yet. Whatever comes to be there is removed with
    /// the fixture.
    virtual DatabaseUrl new_address() = 0;
    /// Everything that a read-only session must not change, as text to compare: schema, rows, files
    /// beside the database, settings of the server. Called while the test has no connection open.
    virtual std::string observe(const DatabaseUrl& url) = 0;
    /// Makes `connection`, to a database at `url`, useless as a crashed server or a cut wire would.
    /// False where the engine has no such thing.
    virtual bool sever(const DatabaseUrl& url, Connection& connection) = 0;
    /// Leaves what a restore into `target` leaves when it is killed after staging.
    virtual void leave_behind(const DatabaseUrl& target) = 0;

    // Shorthands over the above.
    DatabaseUrl make_database();  ///< created and empty
    std::unique_ptr<Connection> connect(const DatabaseUrl& url, bool read_only = false);
    std::unique_ptr<Connection> connect(const DatabaseUrl& url,
                                        std::chrono::milliseconds lock_timeout);
    std::unique_ptr<Connection> fresh_connection() { return connect(make_database()); }
};

struct FixtureMaker {
    std::string_view name;
    /// Null where this machine cannot run the engine: the suite then says so and skips it.
    std::unique_ptr<EngineFixture> (*make)();
};

std::unique_ptr<EngineFixture> make_sqlite_fixture();    // sqlite_fixture.cpp
std::unique_ptr<EngineFixture> make_postgres_fixture();  // postgres_fixture.cpp

/// Every engine of the suite.
std::vector<FixtureMaker> fixture_makers();

/// Runs `body` once for each engine, each as a subcase of the running test case.
void for_each_engine(const std::function<void(EngineFixture&)>& body);

}  // namespace keel::conformance
