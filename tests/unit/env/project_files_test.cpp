#include "ops/env/project_files.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "config/project.hpp"
#include "support/temporary_directory.hpp"

using namespace keel;

namespace {

std::optional<std::string> no_variable(std::string_view) {
    return std::nullopt;
}

/// The project that the files make, as Keel reads it.
Project load(const TemporaryDirectory& directory, const std::string& toml,
             const std::string& dotenv) {
    std::ofstream(directory.path() / "keel.toml") << toml;
    std::ofstream(directory.path() / ".env") << dotenv;
    ProjectOverrides overrides;
    overrides.directory = directory.path();
    CHECK(Project::check(overrides, no_variable).empty());
    return Project::load(overrides, no_variable);
}

}  // namespace

TEST_CASE("a first keel.toml is read back as it was meant, whatever the names hold") {
    for (const std::string address : {"sqlite:keel.db", "a \"b\" \\ c.db", "odd ${HOME}.db"}) {
        CAPTURE(address);
        const TemporaryDirectory directory;
        const NewProject wanted{.name = "my \"shop\" \\ co",
                                .environment = "eu-1",
                                .engine = EngineKind::sqlite,
                                .address = address,
                                .variable = "",
                                .secret_address = {}};

        const auto project = load(directory, project_file_text(wanted), "");

        CHECK(project.name() == wanted.name);
        CHECK(project.choose_environment({}).name == "eu-1");
        CHECK(project.environment("eu-1").url == DatabaseUrl::parse(address, directory.path()));
    }
}

TEST_CASE("an address with a password survives the way through .env") {
    for (const std::string address :
         {"postgresql://app:pw@h/shop", "host=h password='a b' dbname=d",
          "host=h password='it\\'s \"${X}\" \\\\' dbname=d", "host=h password='$' dbname=d"}) {
        CAPTURE(address);
        const TemporaryDirectory directory;
        const NewProject wanted{.name = "shop",
                                .environment = "dev",
                                .engine = EngineKind::postgres,
                                .address = "",
                                .variable = "DEV_DATABASE_URL",
                                .secret_address = address};

        const auto project = load(directory, project_file_text(wanted),
                                  dotenv_line("DEV_DATABASE_URL", address) + "\n");

        CHECK(project.environment("dev").url == DatabaseUrl::parse(address, directory.path()));
    }
}

TEST_CASE("only the lines that .gitignore lacks are added, after a line end") {
    CHECK(missing_ignore_lines("", EngineKind::postgres) ==
          std::vector<std::string>{".keel/", "keel.local.toml", ".env", "backups/"});
    CHECK(
        missing_ignore_lines(".keel/\n  *.db \n.env\nkeel.local.toml\n*.db-wal\n*.db-shm\nbackups/",
                             EngineKind::sqlite)
            .empty());
    CHECK(with_lines("build/", {".keel/", ".env"}) == "build/\n.keel/\n.env\n");
    CHECK(with_lines("", {".keel/"}) == ".keel/\n");
}
