#include "model/database_url.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "base/error.hpp"

using keel::DatabaseUrl;
using keel::EngineKind;

namespace {

DatabaseUrl parse(std::string_view text) {
    return DatabaseUrl::parse(text, "/srv/shop");
}

keel::Error failure(std::string_view text) {
    try {
        static_cast<void>(parse(text));
    } catch (const keel::Error& error) {
        return error;
    }
    FAIL("accepted: ", std::string(text));
    return {keel::ErrorKind::internal, ""};
}

struct Case {
    std::string written;
    std::string meant;
};

}  // namespace

TEST_CASE("every way to write a SQLite file leads to its absolute path") {
    const Case cases[] = {
        {"data/app.db", "/srv/shop/data/app.db"},
        {"./data/../app.db", "/srv/shop/app.db"},
        {"/var/app.db", "/var/app.db"},
        {"app%20.db", "/srv/shop/app%20.db"},
        {"sqlite:data/app.db", "/srv/shop/data/app.db"},
        {"sqlite3:data/app.db", "/srv/shop/data/app.db"},
        {"SQLite:app.db", "/srv/shop/app.db"},
        {"sqlite:/var/app.db", "/var/app.db"},
        {"sqlite://data/app.db", "/srv/shop/data/app.db"},
        {"sqlite:///data/app.db", "/srv/shop/data/app.db"},
        {"sqlite:////var/app.db", "/var/app.db"},
        {"sqlite+aiosqlite:///app.db", "/srv/shop/app.db"},
        {"sqlite:a%20b%3f.db", "/srv/shop/a b?.db"},
        {"file:app.db", "/srv/shop/app.db"},
        {"file:/var/app.db", "/var/app.db"},
        {"file:///var/app.db", "/var/app.db"},
        {"file://localhost/var/app.db", "/var/app.db"},
        {"app.db?mode=ro", "/srv/shop/app.db"},
        {"  app.db\n", "/srv/shop/app.db"},
        {"a@b.db", "/srv/shop/a@b.db"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.written);
        const auto url = parse(one.written);

        CHECK(url.engine() == EngineKind::sqlite);
        CHECK(url.path() == one.meant);
        CHECK_FALSE(url.is_memory());
    }
}

TEST_CASE("SQLite in memory has no path") {
    for (const std::string text : {":memory:", "sqlite::memory:", "sqlite://", "sqlite:///:memory:",
                                   "file::memory:", "file:name?mode=memory&cache=shared"}) {
        CAPTURE(text);
        CHECK(parse(text).is_memory());
        CHECK(parse(text).path().empty());
    }
}

TEST_CASE("SQLite parameters are kept under one name and in one spelling") {
    const auto url = parse("sqlite:a.db?_timeout=250&_fk=TRUE&_journal=WAL&_sync=Full&mode=RO");

    CHECK(url.parameter("_busy_timeout") == "250");
    CHECK(url.parameter("_foreign_keys") == "1");
    CHECK(url.parameter("_journal_mode") == "wal");
    CHECK(url.parameter("_synchronous") == "full");
    CHECK(url.is_read_only());
    CHECK_FALSE(url.parameter("vfs").has_value());
}

TEST_CASE("immutable files are read-only, and mode=rw ones are not") {
    CHECK(parse("a.db?immutable=1").is_read_only());
    CHECK_FALSE(parse("a.db?immutable=0").is_read_only());
    CHECK_FALSE(parse("a.db?mode=rw").is_read_only());
}

TEST_CASE("PostgreSQL URLs reach libpq whole, with the scheme that it knows") {
    const Case cases[] = {
        {"postgres://app:pw@db.example/shop", "postgresql://app:pw@db.example/shop"},
        {"pg://app@db/shop", "postgresql://app@db/shop"},
        {"pgsql://db/shop", "postgresql://db/shop"},
        {"postgresql+psycopg2://app@db:5433/shop", "postgresql://app@db:5433/shop"},
        {"PostgreSQL://db/shop", "postgresql://db/shop"},
        {"postgresql://", "postgresql://"},
        {"postgresql:///shop?host=/run/postgresql", "postgresql:///shop?host=/run/postgresql"},
        {"postgres:///shop?socket=/run/pg", "postgresql:///shop?host=/run/pg"},
        {"postgresql://%2Frun%2Fpg/shop", "postgresql://%2Frun%2Fpg/shop"},
        {"postgresql://a:1,b:2,c/shop?target_session_attrs=read-write",
         "postgresql://a:1,b:2,c/shop?target_session_attrs=read-write"},
        {"postgresql://[::1]:5433/shop", "postgresql://[::1]:5433/shop"},
        {"postgresql:///?service=shop", "postgresql:///?service=shop"},
        {"postgresql://u:p%40%2F%25:x@h/s", "postgresql://u:p%40%2F%25%3Ax@h/s"},
        {"postgresql://h/s?ssl=true", "postgresql://h/s?sslmode=require"},
        {"postgresql://h/s?search_path=a,b", "postgresql://h/s?options=-c%20search_path%3Da,b"},
        {"postgresql://h/s?options=-c%20geqo%3Doff&search_path=a",
         "postgresql://h/s?options=-c%20geqo%3Doff%20-c%20search_path%3Da"},
        {"service=shop", "service=shop"},
        {"host=db dbname = 'my shop' user=app", "host=db dbname='my shop' user=app"},
        {"host=h dbname='a=b'", "host=h dbname='a=b'"},
        {R"(host=db password='it\'s \\ x')", R"(host=db password='it\'s \\ x')"},
        {"host=db password=''", "host=db password=''"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.written);
        const auto url = parse(one.written);

        CHECK(url.engine() == EngineKind::postgres);
        CHECK(url.conninfo().reveal() == one.meant);
    }
}

TEST_CASE("the database's name and the password are known however they were written") {
    for (const std::string text :
         {"postgresql://u:p%40ss@h/shop", "postgresql://h/shop?user=u&password=p@ss",
          "postgresql://h/other?user=u&password=p%40ss&dbname=shop",
          "host=h user=u password=p@ss dbname=shop", "host=h password='p@ss' dbname='shop'"}) {
        CAPTURE(text);
        CHECK(parse(text).database() == "shop");
        CHECK(parse(text).password().reveal() == "p@ss");
    }
    CHECK(parse("service=shop").database().empty());
}

TEST_CASE("an address is local when it is a socket, a loopback host or nothing") {
    for (const std::string text :
         {"postgresql://", "postgresql:///shop", "postgresql://localhost/shop", "host=/run/pg",
          "postgresql://127.0.0.1/x", "postgresql://[::1]/x", "postgresql://%2Frun/x",
          "host=localhost,::1", "dbname=x", "host=db.example hostaddr=127.0.0.1"})
        CHECK_MESSAGE(parse(text).is_local(), text);
    for (const std::string text :
         {"postgresql://db/shop", "postgresql://localhost,db/shop",
          "host=localhost hostaddr=10.0.0.1", "service=shop", "postgresql:///shop?host=db.example"})
        CHECK_MESSAGE(!parse(text).is_local(), text);
}

TEST_CASE("another database name keeps everything else of the address") {
    const Case cases[] = {
        {"postgresql://u:p@a:1,b:2/shop?sslmode=require",
         "postgresql://u:p@a:1,b:2/n%20w?sslmode=require"},
        {"postgresql://h", "postgresql://h/n%20w"},
        {"postgresql:///?service=s&dbname=shop", "postgresql:///n%20w?service=s"},
        {"postgresql://h/shop?search_path=a", "postgresql://h/n%20w?options=-c%20search_path%3Da"},
        {"host=h dbname=shop password='a b'", "host=h dbname='n w' password='a b'"},
        {"service=s", "service=s dbname='n w'"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.written);
        const auto moved = parse(one.written).with_database("n w");

        CHECK(moved.conninfo().reveal() == one.meant);
        CHECK(moved.database() == "n w");
    }
}

TEST_CASE("another path keeps the SQLite parameters, but a file is not in memory") {
    const auto moved = parse("a.db?_busy_timeout=9").with_path("/tmp/b.db");
    const auto from_memory = parse("file:x?mode=memory&cache=shared").with_path("/tmp/b.db");

    CHECK(moved.path() == "/tmp/b.db");
    CHECK(moved.parameter("_busy_timeout") == "9");
    CHECK(moved.redacted() == "sqlite:/tmp/b.db?_busy_timeout=9");
    CHECK_FALSE(from_memory.is_memory());
    CHECK(from_memory.parameter("cache") == "shared");
}

TEST_CASE("what is printed can be read again where it holds no secret") {
    for (const std::string text :
         {"a b.db", "sqlite:x%3fy%23z%25.db?mode=ro", "postgresql://u@h:1/d%2Fb",
          "host=h dbname='a b'", "postgresql:///?service=s", ":memory:"}) {
        CAPTURE(text);
        const auto url = parse(text);
        CHECK(parse(url.redacted()) == url);
    }
}

TEST_CASE("addresses differ when path, parameters or server do") {
    CHECK(parse("a.db") == parse("sqlite:///a.db"));
    CHECK_FALSE(parse("a.db") == parse("b.db"));
    CHECK_FALSE(parse("a.db") == parse("a.db?mode=ro"));
    CHECK_FALSE(parse("pg://h/a") == parse("pg://h/b"));
}

TEST_CASE("a faulty address says what is wrong and what is near") {
    const Case cases[] = {
        {"", "the database address is empty"},
        {"mysql://u@h/db", "unknown scheme 'mysql' of the database address"},
        {"postgrsql://h/db",
         "unknown scheme 'postgrsql' of the database address (did you mean 'postgresql'?)"},
        {"sqllite:a.db",
         "unknown scheme 'sqllite' of the database address (did you mean 'sqlite'?)"},
        {"jdbc:postgresql://h/db", "the database address begins with 'jdbc:'"},
        {"postgresql:h/db", "the scheme of the database address is not followed by '//'"},
        {"postgresql://h/db?sslmod=require",
         "unknown parameter 'sslmod' in the database address (did you mean 'sslmode'?)"},
        {"postgresql://h/db?schema=x", "unknown parameter 'schema' in the database address"},
        {"postgresql://h/db?sslmode=always",
         "parameter 'sslmode' of the database address must be disable or allow or prefer or "
         "require or verify-ca or verify-full"},
        {"postgresql://h/db?connect_timeout=soon",
         "parameter 'connect_timeout' of the database address must be a whole number"},
        {"postgresql://h:99999/db",
         "the port in the database address is not a number from 1 to 65535"},
        {"postgresql://[::1/db", "the database address has a '[' without an IPv6 address and ']'"},
        {"postgresql://h/db?sslmode", "parameter 1 of the database address is not NAME=VALUE"},
        {"postgresql://h/100%",
         "the database address has a '%' that two hexadecimal digits do not follow"},
        {"postgresql://h/%00", "the database address has %00 in it"},
        {"hots=db dbname=shop",
         "unknown parameter 'hots' in the database address (did you mean 'host'?)"},
        {"host=db dbname=my shop", "keyword 3 of the database address is not NAME=VALUE"},
        {"host='db", "the value of keyword 1 of the database address has no closing quote"},
        {"sqlite:", "the database address names no file"},
        {"sqlite:data/", "the database address 'data/' names a directory, not a file"},
        {"~/app.db",
         "'~' at the start of a database address is not replaced by the home directory"},
        {"sqlite:a#b.db", "the database address has a '#' in it"},
        {"file://server/a.db", "a file: address cannot name a host"},
        {"a.db?_busy_timeot=1",
         "unknown parameter '_busy_timeot' in the database address (did you mean "
         "'_busy_timeout'?)"},
        {"a.db?mode=readonly",
         "parameter 'mode' of the database address must be ro or rw or rwc or memory"},
        {"a.db?_synchronous=off",
         "parameter '_synchronous' of the database address must be normal or full or extra"},
        {"postgresql://h/my shop", "the database address has a blank in it"},
        {"postgresql://u@h/shop?password=p@ss",
         "the database address has an '@' that does not stand between user and host"},
        {"a.db\nb", "the database address has a control character in it (a line break, a tab)"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.written);
        const auto error = failure(one.written);

        CHECK(error.kind() == keel::ErrorKind::config);
        CHECK(error.message() == one.meant);
        CHECK_FALSE(error.hint().empty());
    }
}
