#include <fmt/format.h>

#include "unit/config/project_fixture.hpp"

using keel::ErrorKind;
using keel::ProjectFixture;

namespace {

constexpr std::string_view three_environments = R"(
[project]
default = "test"
environment_variables = ["FLASK_ENV", "APP_ENV"]
state_files = [".flask_env"]
[environments.development]
url = "sqlite:dev.db"
[environments.test]
url = "sqlite:test.db"
[environments.prod]
url = "sqlite:prod.db"
)";

std::string shown(const keel::EnvironmentChoice& choice) {
    auto text = fmt::format("{} by {}", choice.name, choice.source);
    for (const auto& one : choice.shadowed)
        text += fmt::format(", over {} by {}", one.value, one.source);
    return text;
}

std::string choose(const ProjectFixture& fixture) {
    return shown(fixture.load().choose_environment(fixture.now));
}

}  // namespace

TEST_CASE("each source of the environment wins over the ones below it, and names them") {
    ProjectFixture fixture;
    fixture.write("keel.toml", three_environments);

    CHECK(choose(fixture) == "test by project default");

    fixture.load().persist_selection("dev", fixture.now);
    CHECK(choose(fixture) == "dev by keel env use, over test by project default");

    fixture.variables["APP_ENV"] = "testing";
    CHECK(choose(fixture) ==
          "test by APP_ENV, over dev by keel env use, over test by project default");

    fixture.variables["FLASK_ENV"] = "Development";
    CHECK(choose(fixture).starts_with("dev by FLASK_ENV, over test by APP_ENV"));

    fixture.variables["KEEL_ENV"] = "prod";
    CHECK(choose(fixture).starts_with("prod by KEEL_ENV, over dev by FLASK_ENV"));

    fixture.overrides.environment = "test";
    CHECK(choose(fixture).starts_with("test by --env, over prod by KEEL_ENV"));

    fixture.overrides.database = "other.db";
    CHECK(choose(fixture).starts_with("test by --database, over test by --env, over prod by"));
}

TEST_CASE("with nothing at all the environment is dev") {
    const ProjectFixture fixture;

    CHECK(choose(fixture) == "dev by built-in default");
}

TEST_CASE("a variable that is set to nothing chooses nothing") {
    ProjectFixture fixture;
    fixture.variables["KEEL_ENV"] = "";

    CHECK(choose(fixture) == "dev by built-in default");
}

TEST_CASE("an unknown environment is an error that lists the known and the nearest") {
    ProjectFixture fixture;
    fixture.write("keel.toml", three_environments);
    fixture.overrides.environment = "prdo";

    const auto error = fixture.resolve_failure();

    CHECK(error.kind() == ErrorKind::config);
    CHECK(error.message() == "unknown environment 'prdo' from --env (did you mean 'prod'?)");
    CHECK(error.hint() == "known: dev, test, prod");
}

TEST_CASE("a selection of a protected environment is forgotten after thirty minutes, aloud") {
    ProjectFixture fixture;
    fixture.write("keel.toml", three_environments);
    fixture.load().persist_selection("production", fixture.now);

    fixture.now += std::chrono::minutes(30);
    CHECK(choose(fixture).starts_with("prod by keel env use"));

    fixture.now += std::chrono::milliseconds(1);
    const auto project = fixture.load();
    CHECK(project.choose_environment(fixture.now).name == "test");
    REQUIRE(project.warnings().size() == 1);
    CHECK(project.warnings()[0].find("'prod' (keel env use) has expired") != std::string::npos);
}

TEST_CASE("a selection from the future counts for unprotected environments only") {
    ProjectFixture fixture;
    fixture.write("keel.toml", three_environments);
    fixture.load().persist_selection("prod", fixture.now + std::chrono::hours(1));
    CHECK(choose(fixture) == "test by project default");

    fixture.load().persist_selection("dev", fixture.now + std::chrono::hours(1));
    CHECK(choose(fixture).starts_with("dev by keel env use"));
}

TEST_CASE("a selection of an unprotected environment stays") {
    ProjectFixture fixture;
    fixture.write("keel.toml", three_environments);
    fixture.load().persist_selection("dev", fixture.now);
    fixture.now += std::chrono::hours(24 * 365);

    CHECK(choose(fixture).starts_with("dev by keel env use"));
}

TEST_CASE("selecting writes Keel's state and the older tools' files, each in its own spelling") {
    ProjectFixture fixture;
    fixture.write("keel.toml", three_environments);
    fixture.write(".flask_env", "test\n");

    fixture.load().persist_selection("dev", fixture.now);

    CHECK(fixture.read(".keel/environment") == "dev\n2026-11-20T07:15:00.000Z\n");
    CHECK(fixture.read(".flask_env") == "development\n");

    fixture.load().persist_selection("", fixture.now);
    CHECK_FALSE(std::filesystem::exists(fixture.path(".keel/environment")));
    CHECK_FALSE(std::filesystem::exists(fixture.path(".flask_env")));
}

TEST_CASE("an older tool's file chooses where Keel has no selection of its own") {
    ProjectFixture fixture;
    fixture.write("keel.toml", three_environments);
    fixture.write(".flask_env", "development\n");

    CHECK(choose(fixture) == "dev by .flask_env, over test by project default");
}

TEST_CASE("a state file that holds more than a name is never overwritten") {
    ProjectFixture fixture;
    fixture.write("keel.toml", three_environments);
    fixture.write(".flask_env", "FLASK_ENV=development\nSECRET_KEY=abc\n");

    const auto error =
        ProjectFixture::failure([&] { fixture.load().persist_selection("dev", fixture.now); });

    CHECK(error.kind() == ErrorKind::refused);
    CHECK(fixture.read(".flask_env") == "FLASK_ENV=development\nSECRET_KEY=abc\n");
    CHECK_FALSE(std::filesystem::exists(fixture.path(".keel/environment")));
}

TEST_CASE("a damaged selection is an error that says how to make a new one") {
    for (const std::string text :
         {"", "dev", "dev\nyesterday\n", "dev prod\n2026-11-20T07:15:00Z\n"}) {
        CAPTURE(text);
        ProjectFixture fixture;
        fixture.write(".keel/environment", text);

        const auto error = fixture.resolve_failure();

        CHECK(error.kind() == ErrorKind::config);
        CHECK(error.hint() == "select one again: keel env use NAME");
        fixture.overrides.environment = "dev";
        CHECK(choose(fixture) == "dev by --env");
    }
}

TEST_CASE("an unknown environment cannot be selected") {
    ProjectFixture fixture;
    fixture.write("keel.toml", three_environments);

    const auto error =
        ProjectFixture::failure([&] { fixture.load().persist_selection("canary", fixture.now); });

    CHECK(error.kind() == ErrorKind::config);
}

TEST_CASE("a project without dev and without a default says how to choose") {
    ProjectFixture fixture;
    fixture.write("keel.toml", "[environments.test]\nurl = \"sqlite:t.db\"\n");

    const auto error = fixture.resolve_failure();

    CHECK(error.message() == "no environment is chosen, and the project has no 'dev'");
    CHECK(error.hint().find("known: test") != std::string::npos);
}

TEST_CASE("customary variables make environments known that keel.toml does not declare") {
    ProjectFixture fixture;
    fixture.write("keel.toml", three_environments);
    fixture.variables["STAGING_DATABASE_URL"] = "sqlite:stage.db";

    CHECK(fixture.load().environment_names() ==
          std::vector<std::string>{"dev", "test", "prod", "stage"});
}
