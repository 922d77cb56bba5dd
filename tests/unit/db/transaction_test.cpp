#include <doctest/doctest.h>

#include "db/session.hpp"
#include "fake_connection.hpp"

namespace keel {
namespace {

using Calls = std::vector<std::string>;

}  // namespace

TEST_CASE("a transaction begins at once and rolls back unless it was committed") {
    FakeConnection::Log log;
    FakeConnection connection(log);
    {
        const Transaction transaction(connection);
    }
    {
        Transaction transaction(connection);
        transaction.commit();
    }
    CHECK(log.calls == Calls{"begin", "rollback", "begin", "commit"});
}

TEST_CASE("an inner transaction is a savepoint") {
    FakeConnection::Log log;
    FakeConnection connection(log);
    Transaction outer(connection);
    {
        Transaction kept(connection);
        kept.commit();
    }
    {
        const Transaction undone(connection);
    }
    outer.rollback();
    CHECK(log.calls == Calls{"begin", "savepoint \"keel_savepoint\"",
                             "release savepoint \"keel_savepoint\"", "savepoint \"keel_savepoint\"",
                             "rollback to savepoint \"keel_savepoint\"",
                             "release savepoint \"keel_savepoint\"", "rollback"});
}

TEST_CASE("a commit that fails is followed by a rollback, one in doubt is not") {
    for (const auto kind : {ErrorKind::constraint, ErrorKind::in_doubt}) {
        FakeConnection::Log log;
        log.fail_on = "commit";
        log.kind = kind;
        FakeConnection connection(log);
        {
            Transaction transaction(connection);
            CHECK_THROWS_AS(transaction.commit(), Error);
        }
        CHECK((log.calls.back() == "rollback") == (kind == ErrorKind::constraint));
    }
}

TEST_CASE("a rollback that fails in a destructor does not end the program") {
    FakeConnection::Log log;
    log.fail_on = "rollback";
    FakeConnection connection(log);
    {
        const Transaction transaction(connection);
    }
    CHECK(log.calls == Calls{"begin", "rollback"});
}

TEST_CASE("only failures that are worth it are repeated") {
    for (const auto& [kind, runs] : {std::pair{ErrorKind::serialization, 3},
                                     {ErrorKind::locked, 3},
                                     {ErrorKind::constraint, 1},
                                     {ErrorKind::in_doubt, 1}}) {
        FakeConnection::Log log;
        FakeConnection connection(log);
        int count = 0;
        CHECK_THROWS_AS(in_transaction(connection, {},
                                       {.attempts = 3, .first_pause = std::chrono::milliseconds(1)},
                                       [&, kind = kind](Connection&) {
                                           ++count;
                                           throw Error(kind, "no");
                                       }),
                        Error);
        CHECK(count == runs);
    }
}

TEST_CASE("inside another transaction nothing is repeated") {
    FakeConnection::Log log;
    FakeConnection connection(log);
    const Transaction outer(connection);
    int count = 0;
    CHECK_THROWS_AS(in_transaction(connection, {}, {},
                                   [&](Connection&) {
                                       ++count;
                                       throw Error(ErrorKind::serialization, "no");
                                   }),
                    Error);
    CHECK(count == 1);
}

}  // namespace keel
