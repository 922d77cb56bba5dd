#include "unit/config/project_fixture.hpp"

using keel::ErrorKind;
using keel::ProjectFixture;

namespace {

std::string database(const keel::Environment& environment) {
    return environment.url.engine() == keel::EngineKind::sqlite
               ? environment.url.path().filename().string()
               : environment.url.redacted();
}

}  // namespace

TEST_CASE("with nothing at all the database is keel.db in the folder, in development") {
    const ProjectFixture fixture;

    const auto environment = fixture.resolve();

    CHECK(environment.url.path() == fixture.path("keel.db"));
    CHECK(environment.name == "dev");
    CHECK(environment.is_development());
    CHECK_FALSE(environment.is_protected);
    CHECK(fixture.load().migrations().directory == fixture.path("migrations"));
    CHECK(fixture.load().backup().repository == fixture.path("backups"));
}

TEST_CASE("DATABASE_URL alone is enough, also from .env, whichever environment is chosen") {
    ProjectFixture fixture;
    fixture.write(".env", "DATABASE_URL=postgresql://app@db/shop\n");
    CHECK(database(fixture.resolve()) == "postgresql://app@db/shop");

    fixture.variables["DATABASE_URL"] = "sqlite:real.db";
    CHECK(database(fixture.resolve()) == "real.db");

    fixture.overrides.environment = "production";
    CHECK(database(fixture.resolve()) == "real.db");
    CHECK(fixture.resolve().is_protected);
}

TEST_CASE("addresses are looked for in the documented order") {
    ProjectFixture fixture;
    fixture.write("keel.toml", R"(
[environments.base]
url = "sqlite:inherited.db"
[environments.test]
inherits = "base"
[environments.dev]
)");
    fixture.overrides.environment = "test";
    fixture.variables["DATABASE_URL"] = "sqlite:shared.db";
    fixture.variables["KEEL_ENV"] = "test";
    CHECK(database(fixture.resolve()) == "inherited.db");

    fixture.variables["TEST_DATABASE_URL"] = "sqlite:variable.db";
    CHECK(database(fixture.resolve()) == "variable.db");

    fixture.write("keel.local.toml", "[environments.test]\nurl = 'sqlite:own.db'\n");
    CHECK(database(fixture.resolve()) == "own.db");

    fixture.overrides.database = "./given.db";
    CHECK(database(fixture.resolve()) == "given.db");
}

TEST_CASE("the shared DATABASE_URL is not lent to an environment that is only named for a call") {
    ProjectFixture fixture;
    fixture.write("keel.toml", "[project]\nname = 'shop'\n");
    fixture.variables["DATABASE_URL"] = "sqlite:dev.db";
    CHECK(database(fixture.resolve()) == "dev.db");

    fixture.overrides.environment = "prod";
    const auto error = fixture.resolve_failure();
    CHECK(error.message() == "environment 'prod' has no database address");
    CHECK(error.hint() ==
          "set PROD_DATABASE_URL, or url under [environments.prod] in keel.toml; DATABASE_URL is "
          "the address of 'dev'");

    fixture.variables["KEEL_ENV"] = "prod";
    CHECK(database(fixture.resolve()) == "dev.db");
}

TEST_CASE("another environment than the chosen one gets neither --database nor DATABASE_URL") {
    ProjectFixture fixture;
    fixture.write(
        "keel.toml",
        "[environments.dev]\n[environments.test]\nurl='sqlite:test.db'\n[environments.x]\n");
    fixture.variables["DATABASE_URL"] = "sqlite:shared.db";
    fixture.overrides.database = "given.db";
    const auto project = fixture.load();
    CHECK(project.choose_environment(fixture.now).name == "dev");

    CHECK(database(project.environment("dev")) == "given.db");
    CHECK(database(project.environment("test")) == "test.db");
    CHECK(ProjectFixture::failure([&] { project.environment("x"); }).message() ==
          "environment 'x' has no database address");
}

TEST_CASE("every customary variable belongs to its environment") {
    const std::pair<std::string, std::string> cases[] = {
        {"DEV_DATABASE_URL", "dev"},     {"TEST_DATABASE_URL", "test"},
        {"STAGE_DATABASE_URL", "stage"}, {"STAGING_DATABASE_URL", "stage"},
        {"PROD_DATABASE_URL", "prod"},   {"EU_WEST_DATABASE_URL", "eu-west"}};
    for (const auto& [variable, name] : cases) {
        CAPTURE(variable);
        ProjectFixture fixture;
        fixture.write("keel.toml", "[environments.eu-west]\n");
        fixture.variables[variable] = "sqlite:mine.db";
        fixture.overrides.environment = name;

        CHECK(database(fixture.resolve()) == "mine.db");
    }
}

TEST_CASE("a DATABASE_URL that keel.toml overrules is ignored aloud, an equal one quietly") {
    ProjectFixture fixture;
    fixture.write("keel.toml", "[environments.dev]\nurl = 'sqlite:own.db'\n");
    fixture.variables["DATABASE_URL"] = "postgresql://app:hunter2@db/shop";

    const auto project = fixture.load();
    const auto choice = project.choose_environment(fixture.now);
    CHECK(database(project.environment(choice.name)) == "own.db");

    REQUIRE(project.warnings().size() == 1);
    CHECK(project.warnings()[0].starts_with(
        "DATABASE_URL is set to another database and is ignored: keel.toml gives 'dev' its own"));
    CHECK(project.warnings()[0].find("hunter2") == std::string::npos);

    fixture.variables["DATABASE_URL"] = "sqlite:///own.db";
    const auto agreeing = fixture.load();
    agreeing.environment(agreeing.choose_environment(fixture.now).name);
    CHECK(agreeing.warnings().empty());
}

TEST_CASE(
    "an address with three slashes is said to be relative when only the absolute one exists") {
    ProjectFixture fixture;
    fixture.write("there.db", "");
    fixture.write("keel.toml", "[environments.dev]\nurl = 'sqlite://" +
                                   fixture.path("there.db").string() + "'\n");

    const auto project = fixture.load();
    const auto environment = project.environment("dev");

    CHECK(environment.url.path().string().starts_with(fixture.path().string() + "/"));
    REQUIRE(project.warnings().size() == 1);
    CHECK(project.warnings()[0].find("four slashes") != std::string::npos);
}

TEST_CASE("relative files belong to the project, those on the command line to where one stands") {
    ProjectFixture fixture;
    fixture.write("keel.toml", "[environments.dev]\nurl = 'data/dev.db'\n");
    fixture.write("src/deep/x", "");
    fixture.overrides.directory = fixture.path("src/deep");
    CHECK(fixture.resolve().url.path() == fixture.path("data/dev.db"));

    fixture.overrides.database = "here.db";
    fixture.overrides.migrations_directory = "../m";
    fixture.overrides.repository = "b";
    const auto project = fixture.load();
    CHECK(fixture.resolve().url.path() == fixture.path("src/deep/here.db"));
    CHECK(project.migrations().directory == fixture.path("src/m"));
    CHECK(project.backup().repository == fixture.path("src/deep/b"));
    CHECK(project.root() == fixture.path());
}

TEST_CASE("the name of an environment is not taken for a file") {
    ProjectFixture fixture;
    fixture.write("keel.toml", "[environments.dev]\n[environments.prod]\n");
    fixture.overrides.database = "prod";
    const auto error = fixture.resolve_failure();
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(error.hint() == "use -e prod; a file of that name is written ./prod");

    fixture.overrides.database = "./prod";
    CHECK(database(fixture.resolve()) == "prod");
}

TEST_CASE("--database keeps the protection of the environment that is active") {
    ProjectFixture fixture;
    fixture.write("keel.toml", "[environments.prod]\nurl = 'sqlite:p.db'\n");
    fixture.variables["KEEL_ENV"] = "prod";
    fixture.overrides.database = "copy.db";

    const auto environment = fixture.resolve();

    CHECK(environment.name == "prod");
    CHECK(environment.is_protected);
    CHECK(database(environment) == "copy.db");
}

TEST_CASE("replicas are addresses like any other") {
    ProjectFixture fixture;
    fixture.variables["REPLICA"] = "postgresql://a@r2/shop";
    fixture.write("keel.toml", R"(
[environments.dev]
url = "postgresql://a@p/shop"
replicas = ["postgresql://a@r1/shop", { env = "REPLICA" }]
)");

    const auto environment = fixture.resolve();

    REQUIRE(environment.replicas.size() == 2);
    CHECK(environment.replicas[1].redacted() == "postgresql://a@r2/shop");
}
