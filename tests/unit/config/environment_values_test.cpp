#include "unit/config/project_fixture.hpp"

using keel::EnvironmentKind;
using keel::ProjectFixture;
using namespace std::chrono_literals;

TEST_CASE("without configuration every value is the documented default") {
    const ProjectFixture fixture;
    const keel::Environment expected;

    const auto environment = fixture.resolve();

    CHECK(environment.pool.size == expected.pool.size);
    CHECK(environment.pool.recycle == expected.pool.recycle);
    CHECK(environment.session.lock_timeout == expected.session.lock_timeout);
    CHECK(environment.session.nested_transactions == expected.session.nested_transactions);
    CHECK(environment.backup_before_upgrade == expected.backup_before_upgrade);
}

TEST_CASE("an environment's values come from itself, then its ancestors, then [defaults]") {
    ProjectFixture fixture;
    fixture.write("keel.toml", R"(
[defaults]
pool = { size = 10, overflow = 20, timeout = "5s", recycle = 60, pre_ping = false }
lock_timeout = "1s"
connect_timeout = "2s"
echo = true
[environments.base]
url = "base.db"
pool.overflow = 3
lock_timeout = "4s"
statement_timeout = "250ms"
slow_statement = "1 min"
upgrade_at_start = true
[environments.staging]
inherits = "base"
lock_timeout = 7
nested_transactions = false
backup_before_upgrade = false
)");
    fixture.overrides.environment = "stage";

    const auto environment = fixture.resolve();

    CHECK(environment.pool.size == 10);
    CHECK(environment.pool.overflow == 3);
    CHECK(environment.pool.timeout == 5s);
    CHECK(environment.pool.recycle == 60s);
    CHECK_FALSE(environment.pool.pre_ping);
    CHECK(environment.session.lock_timeout == 7s);
    CHECK(environment.session.connect_timeout == 2s);
    CHECK(environment.session.statement_timeout == 250ms);
    CHECK(environment.session.slow_statement == 60s);
    CHECK(environment.session.echo);
    CHECK_FALSE(environment.session.nested_transactions);
    CHECK(environment.upgrade_at_start);
    CHECK_FALSE(environment.backup_before_upgrade);
    CHECK(environment.url.path() == fixture.path("base.db"));
    CHECK(environment.kind == EnvironmentKind::staging);
}

TEST_CASE("kind and protection follow what is written, then the name, then the ancestor") {
    struct Case {
        std::string name;
        EnvironmentKind kind;
        bool is_protected;
    };
    const Case cases[] = {
        {"prod", EnvironmentKind::production, true},  {"open", EnvironmentKind::production, false},
        {"eu", EnvironmentKind::production, true},    {"test", EnvironmentKind::test, true},
        {"stage", EnvironmentKind::staging, false},   {"demo", EnvironmentKind::other, false},
        {"shared", EnvironmentKind::other, true},     {"child", EnvironmentKind::other, true},
        {"odd", EnvironmentKind::development, false}, {"bold", EnvironmentKind::other, true},
    };
    ProjectFixture fixture;
    fixture.write("keel.toml", R"(
[environments.prod]
url = "p.db"
[environments.open]
kind = "production"
protected = false
url = "o.db"
[environments.eu]
inherits = "prod"
url = "eu.db"
[environments.test]
inherits = "prod"        # and so its database
[environments.stage]
inherits = "prod"
url = "s.db"
[environments.demo]
url = "d.db"
[environments.shared]
protected = true
url = "sh.db"
[environments.child]
inherits = "shared"
url = "c.db"
[environments.odd]
kind = "dev"
url = "odd.db"
[environments.bold]
inherits = "prod"
kind = "other"
protected = false        # does not help: the database is prod's
)");
    const auto project = fixture.load();
    for (const auto& one : cases) {
        CAPTURE(one.name);
        CHECK(project.kind_of(one.name) == one.kind);
        CHECK(project.is_protected(one.name) == one.is_protected);
        CHECK(project.environment(one.name).is_protected == one.is_protected);
    }
}

TEST_CASE("settings of the application are merged, nearest last, with references replaced") {
    ProjectFixture fixture;
    fixture.variables["KEY"] = "s3cret";
    fixture.write("keel.toml", R"(
[settings]
hours = 12
mail = { from = "a@b", host = "localhost" }
[environments.base]
url = "b.db"
[environments.base.settings]
hours = 6
[environments.prod]
inherits = "base"
url = "p.db"
[environments.prod.settings]
mail.host = "mail.example"
key = "${KEY}"
list = [1, "two", 3.5, true, 2026-11-20]
)");
    fixture.overrides.environment = "prod";

    CHECK(fixture.resolve().settings.canonical() ==
          R"({"hours":6,"key":"s3cret","list":[1,"two",3.5,true,"2026-11-20"],)"
          R"("mail":{"from":"a@b","host":"mail.example"}})");
}

TEST_CASE("paths of migrations and backups may be configured, and overridden for a call") {
    ProjectFixture fixture;
    fixture.variables["PLACE"] = "/var/backups";
    fixture.write("keel.toml",
                  "[migrations]\ndirectory='db/m'\nlayout='goose'\nschema='db/schema.sql'\n"
                  "[backup]\nrepository='${PLACE}/shop'\nkeep={last=7}\n"
                  "encryption={passphrase={env='PASS'}}\n");
    auto project = fixture.load();
    CHECK(project.migrations().directory == fixture.path("db/m"));
    CHECK(project.migrations().layout == "goose");
    CHECK(project.migrations().schema == fixture.path("db/schema.sql"));
    CHECK(project.backup().repository == "/var/backups/shop");
    CHECK(project.backup().keep.integer_or("last", 0) == 7);
    CHECK(project.backup().encryption_configured);
    CHECK(project.backup().encryption.dump() == R"({"passphrase":"{ env = \"PASS\" }"})");
    CHECK_THROWS(project.backup_passphrase());
    fixture.variables["PASS"] = "correct horse";
    CHECK(fixture.load().backup_passphrase()->reveal() == "correct horse");

    fixture.overrides.layout = "flyway";
    fixture.overrides.repository = "s3://bucket/x";
    CHECK(fixture.load().migrations().layout == "flyway");
    CHECK(fixture.load().backup().repository == "s3://bucket/x");
    fixture.overrides.layout = "fliway";
    CHECK(fixture.load_failure().kind() == keel::ErrorKind::usage);
}
