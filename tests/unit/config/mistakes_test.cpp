#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "unit/config/project_fixture.hpp"

using keel::ErrorKind;
using keel::ProjectFixture;
using keel::Severity;

namespace {

struct Mistake {
    std::string text;
    int line;
    int column;
    std::string message;
};

void expect(const Mistake& mistake) {
    CAPTURE(mistake.text);
    ProjectFixture fixture;
    fixture.write("keel.toml", mistake.text);

    const auto error = fixture.load_failure();

    CHECK(error.kind() == ErrorKind::config);
    CHECK(error.message() == mistake.message);
    CHECK(error.where().file == "keel.toml");
    CHECK(error.where().line == mistake.line);
    CHECK(error.where().column == mistake.column);
    CHECK_FALSE(error.hint().empty());
}

}  // namespace

TEST_CASE("an unknown key is shown with its place and the nearest valid one") {
    const Mistake mistakes[] = {
        {"[projekt]\nname = 'x'\n", 1, 2,
         "unknown key 'projekt' at the top of the file (did you mean 'project'?)"},
        {"[project]\nname = 'x'\ndefalt = 'dev'\n", 3, 1,
         "unknown key 'defalt' in [project] (did you mean 'default'?)"},
        {"[environments.dev]\nurl = 'a.db'\nprotect = true\n", 3, 1,
         "unknown key 'protect' in [environments.dev] (did you mean 'protected'?)"},
        {"[environments.dev]\npool = { sise = 3 }\n", 2, 10,
         "unknown key 'sise' in [environments.dev.pool] (did you mean 'size'?)"},
        {"[defaults]\n\n  lock_timout = '3s'\n", 3, 3,
         "unknown key 'lock_timout' in [defaults] (did you mean 'lock_timeout'?)"},
        {"[backup.keep]\nlasst = 3\n", 2, 1,
         "unknown key 'lasst' in [backup.keep] (did you mean 'last'?)"},
        {"[[schedule]]\nrun = 'x'\nevery = '1h'\n[[schedule]]\nrun = 'x'\nevry = '1h'\n", 6, 1,
         "unknown key 'evry' in [schedule] (did you mean 'every'?)"},
        {"url = 'a.db'\n", 1, 1, "unknown key 'url' at the top of the file"},
        {"[environments.dev.pool]\nsize.x = 1\n", 2, 1,
         "'environments.dev.pool.size' must be a whole number, not a table"},
    };
    for (const auto& mistake : mistakes) expect(mistake);
}

TEST_CASE("a key in the wrong table is told where it belongs") {
    ProjectFixture fixture;
    fixture.write("keel.toml", "url = 'a.db'\n");

    CHECK(fixture.load_failure().hint() == "'url' belongs in [environments.NAME]");
}

TEST_CASE("a bad value is shown with its place and what it must be") {
    const Mistake mistakes[] = {
        {"[project]\nname = 3\n", 2, 8, "'project.name' must be text, not a whole number"},
        {"[project]\nname = ''\n", 2, 8, "'project.name' must not be empty"},
        {"[project]\nstate_files = ['a', 1]\n", 2, 15,
         "'project.state_files' must be a list of text"},
        {"project = 1\n", 1, 11, "'project' must be a table, not a whole number"},
        {"[defaults]\npool = { size = 0 }\n", 2, 17,
         "'defaults.pool.size' must be from 1 to 10000"},
        {"[defaults]\npool = { size = 2.5 }\n", 2, 17,
         "'defaults.pool.size' must be a whole number, not a number with a fraction"},
        {"[defaults]\nlock_timeout = 'soon'\n", 2, 16,
         "'defaults.lock_timeout' must be a duration like \"30s\", \"5 min\", \"1h\" or \"250ms\", "
         "of ten years at most"},
        {"[defaults]\nlock_timeout = -1\n", 2, 16,
         "'defaults.lock_timeout' must be a duration like \"30s\", \"5 min\", \"1h\" or \"250ms\", "
         "of ten years at most"},
        {"[defaults]\nlock_timeout = 9223372036854775807\n", 2, 16,
         "'defaults.lock_timeout' must be a duration like \"30s\", \"5 min\", \"1h\" or \"250ms\", "
         "of ten years at most"},
        {"[defaults]\necho = 'yes'\n", 2, 8, "'defaults.echo' must be true or false, not text"},
        {"[environments.dev]\nkind = 'prodution'\n", 2, 8,
         "'environments.dev.kind' must be one of development, test, staging, production, other, "
         "not 'prodution' (did you mean 'production'?)"},
        {"[environments.dev]\nurl = 5\n", 2, 7,
         "'environments.dev.url' must be text, { env = \"NAME\" }, { file = \"path\" } or { "
         "command "
         "= [\"program\"] }"},
        {"[environments.dev]\nurl = { evn = 'X' }\n", 2, 7,
         "'environments.dev.url' must have exactly one of the keys env, file and command"},
        {"[environments.dev]\nurl = { env = 'X', file = 'y' }\n", 2, 7,
         "'environments.dev.url' must have exactly one of the keys env, file and command"},
        {"[environments.dev]\nurl = { command = 'pass show x' }\n", 2, 7,
         "'environments.dev.url' must have a list of text as its 'command': no shell takes it "
         "apart"},
        {"[environments.dev]\nreplicas = ['a.db', 5]\n", 2, 21,
         "'environments.dev.replicas' must be text, { env = \"NAME\" }, { file = \"path\" } or { "
         "command = [\"program\"] }"},
        {"[migrations]\nlayout = 'goos'\n", 2, 10,
         "'migrations.layout' must be one of auto, keel, goose, golang-migrate, flyway, diesel, "
         "prisma, sqlx, pop, drizzle, sqitch, plain, not 'goos' (did you mean 'goose'?)"},
        {"[mask.users]\nemail = 'emial'\n", 2, 9,
         "'mask.users.email' must be one of email, name, phone, address, text, digits, hash, null, "
         "fixed, keep, not 'emial' (did you mean 'email'?)"},
        {"[mask.users]\nemail = { fixt = 'x' }\n", 2, 9,
         "'mask.users.email' must be { fixed = \"text\" }, { sql = \"expression\" } or { json = { "
         "… } }"},
        {"[[schedule]]\nrun = 'x'\nat = '25:00'\n", 3, 6,
         "'schedule.at' must be a time of day like \"02:30\""},
        {"[[schedule]]\nrun = 'x'\ncron = '* * * *'\n", 3, 8,
         "'schedule.cron' must have five fields: minute, hour, day of the month, month, day of the "
         "week"},
        {"[[schedule]]\nrun = 'x'\ncron = '0 24 * * *'\n", 3, 8,
         "'schedule.cron' has a hour that cannot be read"},
        {"schedule = 3\n", 1, 12, "'schedule' must be a list of tables: [[…]], not a whole number"},
        {"schedule = [1]\n", 1, 13, "'schedule' must be tables: [[schedule]]"},
        {"[[schedule]]\nevery = '1h'\n", 1, 1, "[[schedule]] needs 'run'"},
    };
    for (const auto& mistake : mistakes) expect(mistake);
}

TEST_CASE("what values mean together is checked, with the place of the one that is wrong") {
    const Mistake mistakes[] = {
        {"[environments.dev]\nurl='a.db'\n[environments.Development]\nurl='b.db'\n", 3, 15,
         "'dev' and 'Development' are the same environment"},
        {"[environments.'a b']\nurl='a.db'\n", 1, 15,
         "'a b' must be the name of an environment: letters, digits, '-' and '_'"},
        {"[environments.qa]\ninherits = 'stagging'\n[environments.staging]\nurl='a.db'\n", 2, 12,
         "'inherits' names the unknown environment 'stagging'"},
        {"[environments.a]\ninherits='b'\n[environments.b]\ninherits='c'\n[environments.c]\n"
         "inherits='a'\n",
         2, 10, "environments inherit from each other in a circle: a -> b -> c -> a"},
        {"[environments.a]\ninherits='a'\n", 2, 10,
         "environments inherit from each other in a circle: a -> a"},
        {"[project]\ndefault='tset'\n[environments.test]\nurl='a.db'\n", 2, 9,
         "'default' names the unknown environment 'tset' (did you mean 'test'?)"},
        {"[environments.dev]\nurl = 'postgresql://h/db?sslmod=x'\n", 2, 7,
         "unknown parameter 'sslmod' in the database address (did you mean 'sslmode'?)"},
        {"[environments.dev]\nurl='a.db'\nreplicas = ['mysql://h/db']\n", 3, 13,
         "unknown scheme 'mysql' of the database address"},
        {"[[schedule]]\nrun = 'x'\n", 1, 1,
         "a [[schedule]] needs exactly one of 'at', 'every' and 'cron'"},
        {"[[schedule]]\nrun='x'\nat='02:30'\nevery='1h'\n", 1, 1,
         "a [[schedule]] needs exactly one of 'at', 'every' and 'cron'"},
        {"[environments.dev]\nurl='a.db'\n[[schedule]]\nrun='x'\nat='02:30'\nenvironment='prd'\n",
         6, 13, "'environment' names the unknown environment 'prd'"},
    };
    for (const auto& mistake : mistakes) expect(mistake);
}

TEST_CASE("text that is not TOML is shown with its place and without what it says") {
    const std::pair<std::string, int> cases[] = {
        {"[environments.dev]\nurl = postgresql://app:hunter2@h/db\n", 2},
        {"[environments.dev]\nurl = \"postgresql://app:hunter2@h/db\n", 2},
        {"[environments.dev]\nurl = hunter2\n", 2},
        {"[environments.dev]\nhunter2\n", 2},
        {"[environments.dev]\nurl = 'a'\nurl = 'hunter2'\n", 3},
        {"[environments.dev\nurl = 'hunter2'\n", 1},
        {"\n\n= 'hunter2'\n", 3},
        {"[environments.dev]\nurl = 'a' hunter2\n", 2},
        {"[environments.dev]\nurl = \"\\hunter2\"\n", 2},
        {"x = 1\x01\n", 1},
        {"[=hunter2]\n", 1},
        {"[[\nhunter2]]\n", 1},
        {"x = { =hunter2 }\n", 1},
        {"x = '\xff\xfe'\n", 1},
    };
    for (const auto& [text, line] : cases) {
        CAPTURE(text);
        ProjectFixture fixture;
        fixture.write("keel.toml", text);

        const auto error = fixture.load_failure();

        CHECK(error.message().starts_with("not valid TOML: "));
        CHECK(error.where().line == line);
        CHECK(error.where().column > 0);
        CHECK((error.message() + error.hint()).find("unter2") == std::string::npos);
    }
}

TEST_CASE("nesting without end is an error and not a crash") {
    std::string dots;
    for (int depth = 0; depth < 200'000; ++depth) dots += ".a";
    const std::pair<std::string, int> cases[] = {
        {"\nsettings" + dots + " = 1\n", 2},       {"[settings" + dots + "]\n", 1},
        {"settings = { a" + dots + " = 1 }\n", 1}, {"x = " + std::string(200'000, '['), 1},
        {"x = " + std::string(200'000, '{'), 1},
    };
    for (const auto& [text, line] : cases) {
        ProjectFixture fixture;
        fixture.write("keel.toml", text);

        const auto error = fixture.load_failure();

        CHECK(error.kind() == ErrorKind::config);
        CHECK(error.where().line == line);
        CHECK(error.message().size() < 200);
    }
}

TEST_CASE("the first mistake says how many more there are, and check lists them all in order") {
    ProjectFixture fixture;
    fixture.write("keel.toml", "[project]\nnmae='x'\n[defaults]\necho=1\n[backup]\nkep={}\n");

    CHECK(
        fixture.load_failure().message() ==
        "unknown key 'nmae' in [project] (did you mean 'name'?) (and 2 more mistakes: keel config "
        "check lists all)");
    const auto findings = fixture.check();
    REQUIRE(findings.size() == 3);
    CHECK(findings[0].rule == "config.unknown-key");
    CHECK(findings[1].where.line == 4);
    CHECK(findings[1].rule == "config.bad-value");
    CHECK(findings[2].where.line == 6);
}

TEST_CASE("a file without mistakes has no findings") {
    ProjectFixture fixture;
    fixture.write("keel.toml", R"toml(#:schema ./keel.schema.json
[project]
name = "shop"
default = "dev"
environment_variables = ["FLASK_ENV"]
state_files = [".flask_env"]
[defaults]
pool = { size = 10, overflow = 20, timeout = "30s", recycle = "1h" }
lock_timeout = "3s"
statement_timeout = 30
[environments.dev]
url = "sqlite:data/dev.db"
[environments.test]
kind = "test"
url = "sqlite:data/test.db"
[environments.staging]
url = { env = "STAGING" }
[environments.prod]
inherits = "staging"
kind = "production"
url = { command = ["pass", "show", "db/prod"] }
replicas = [{ env = "PROD_REPLICA_URL" }, { file = "r" }]
[environments.prod.settings]
session_hours = 1
nested = { when = 2026-11-20T07:15:00Z, list = [1, 2.5, true] }
[migrations]
directory = "migrations"
layout = "auto"
schema = "schema.sql"
[triggers]
directory = "triggers"
[backup]
repository = "s3://bucket/prefix"
encryption = { passphrase = { env = "KEEL_BACKUP_PASSPHRASE" } }
keep = { last = 7, daily = 14, weekly = 8, monthly = 12 }
[mask.users]
email = "email"
password_hash = { fixed = "!" }
note = "substr(note, 1, 3)"
other = { sql = "email" }
[[schedule]]
run = "backup create"
environment = "production"
at = "02:30"
[[schedule]]
run = "db optimize"
cron = "*/15 0-6,22 1 jan-mar mon"
[settings]
session_hours = 12
)toml");

    const auto findings = fixture.check();

    for (const auto& finding : findings) CAPTURE(finding.message);
    CHECK(findings.empty());
    CHECK(fixture.resolve().name == "dev");
}

TEST_CASE("an unset variable is a mistake of the environment in use, and a warning for others") {
    ProjectFixture fixture;
    fixture.write("keel.toml",
                  "[environments.dev]\nurl='a.db'\n[environments.prod]\nurl='sqlite:${NONE}'\n");
    auto findings = fixture.check();
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].severity == Severity::warning);
    CHECK(findings[0].where.line == 4);
    CHECK(fixture.resolve().name == "dev");

    fixture.overrides.environment = "prod";
    findings = fixture.check();
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].severity == Severity::error);
    const auto error = fixture.resolve_failure();
    CHECK(error.message() == "variable 'NONE' is not set");
    CHECK(error.where().line == 4);
    CHECK(error.where().column == 5);
}

TEST_CASE("a literal password is a warning with its place") {
    ProjectFixture fixture;
    fixture.write("keel.toml", "[environments.dev]\nurl='postgresql://a:hunter2@h/d'\n");

    const auto findings = fixture.check();

    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == "config.literal-password");
    CHECK(findings[0].severity == Severity::warning);
    CHECK(findings[0].where.line == 2);
    CHECK(fixture.resolve().url.database() == "d");
}

TEST_CASE("keel.local.toml changes one machine, and may never lower protection") {
    ProjectFixture fixture;
    fixture.write("keel.toml",
                  "[environments.dev]\nurl='a.db'\necho=false\n[environments.prod]\nurl='p.db'\n"
                  "[environments.shared]\nurl='s.db'\nprotected=true\napprovals=2\n");
    fixture.write("keel.local.toml", "[environments.dev]\necho=true\n");
    CHECK(fixture.resolve().session.echo);
    CHECK(fixture.resolve().url.path() == fixture.path("a.db"));

    const std::pair<std::string, int> lowering[] = {
        {"[environments.prod]\nprotected = false\n", 2},
        {"[environments.prod]\n\nkind = 'test'\n", 3},
        {"[environments.shared]\nprotected = false\n", 2},
        {"[environments.shared]\napprovals = 1\n", 2},
        {"[environments.shared]\napprovers = ['me:" + std::string(64, 'a') + "']\n", 2},
    };
    for (const auto& [text, line] : lowering) {
        CAPTURE(text);
        fixture.write("keel.local.toml", text);
        const auto error = fixture.load_failure();
        CHECK(error.message().starts_with("keel.local.toml may not lower the protection of '"));
        CHECK(error.where().file == "keel.local.toml");
        CHECK(error.where().line == line);
    }
    fixture.write("keel.local.toml", "[environments.dev]\nprotected = true\n");
    CHECK(fixture.resolve().is_protected);
    fixture.write("keel.local.toml", "[environments.dev]\nechoo = true\n");
    CHECK(fixture.load_failure().where().file == "keel.local.toml");
}

TEST_CASE("files that cannot be read are configuration errors with their name") {
    ProjectFixture fixture;
    std::filesystem::create_directory(fixture.path("keel.toml"));
    const auto error = fixture.load_failure();
    CHECK(error.kind() == ErrorKind::config);
    CHECK(error.where().file == "keel.toml");

    fixture.overrides.directory = fixture.path("missing");
    CHECK(fixture.load_failure().message().ends_with("missing' is not a directory"));
}

TEST_CASE("positions are named as seen from where one stands") {
    ProjectFixture fixture;
    fixture.write("keel.toml", "[projekt]\n");
    fixture.write("a/b/x", "");
    fixture.overrides.directory = fixture.path("a/b");

    CHECK(fixture.load_failure().where().file == "../../keel.toml");
}

TEST_CASE("the search for keel.toml ends at the repository's root and at the home directory") {
    ProjectFixture fixture;
    fixture.write("keel.toml", "[project]\nname='outer'\n");
    fixture.write("repository/.git/x", "");
    fixture.write("repository/src/x", "");
    fixture.write("house/room/x", "");
    fixture.overrides.directory = fixture.path("repository/src");
    CHECK(fixture.load().file().empty());

    fixture.overrides.directory = fixture.path("house/room");
    CHECK(fixture.load().name() == "outer");
    fixture.variables["HOME"] = fixture.path("house").string();
    CHECK(fixture.load().file().empty());
    fixture.overrides.directory = fixture.path("house/room") / "";
    CHECK(fixture.load().name() == "room");
}
