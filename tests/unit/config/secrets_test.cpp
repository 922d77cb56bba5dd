#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "unit/config/project_fixture.hpp"

using keel::ErrorKind;
using keel::ProjectFixture;

namespace {

constexpr const char* address = "postgresql://app:cAnArY@h/shop";

/// A program in the project that does what the script says.
void write_program(const ProjectFixture& fixture, std::string_view name, std::string_view script) {
    fixture.write(name, fmt::format("#!/bin/sh\n{}\n", script));
    ::chmod(fixture.path(name).c_str(), 0700);
}

std::string all_text(const keel::Error& error) {
    auto text = error.message() + "\n" + error.hint();
    for (const auto& step : error.trail()) text += "\n" + step;
    return text;
}

}  // namespace

TEST_CASE("an address comes from a variable, a file or a command, without its line end") {
    ProjectFixture fixture;
    fixture.variables["URL"] = std::string(address) + "\n";
    fixture.write("url.txt", std::string(address) + "\r\n");
    ::chmod(fixture.path("url.txt").c_str(), 0600);
    write_program(fixture, "bin/url", fmt::format("echo '{}'; echo 'noise $1' >&2", address));
    for (const std::string reference :
         {"{ env = 'URL' }", "{ file = 'url.txt' }", "{ command = ['bin/url', 'x; echo no'] }",
          "'${URL}'", "'postgresql://app:${PASSWORD:-cAnArY}@h/shop'"}) {
        CAPTURE(reference);
        fixture.write("keel.toml", fmt::format("[environments.dev]\nurl = {}\n", reference));

        CHECK(fixture.resolve().url.conninfo().reveal() == address);
    }
}

TEST_CASE("secrets are fetched for the environment that is resolved and for no other") {
    ProjectFixture fixture;
    write_program(fixture, "bin/url", "touch fetched; echo sqlite:prod.db");
    fixture.write("keel.toml",
                  fmt::format("[environments.dev]\nurl='dev.db'\n[environments.prod]\n"
                              "url={{command=['/bin/sh','-c','touch {0}/fetched; echo p.db']}}\n",
                              fixture.path().string()));
    const auto project = fixture.load();
    project.environment("dev");
    project.effective_values();
    CHECK(project.is_protected("prod"));
    CHECK(fixture.check().empty());
    CHECK_FALSE(std::filesystem::exists(fixture.path("fetched")));

    CHECK(project.environment("prod").url.path() == fixture.path("p.db"));
    CHECK(std::filesystem::exists(fixture.path("fetched")));
}

TEST_CASE("a secret that cannot be fetched is an error at its place that gives nothing away") {
    ProjectFixture fixture;
    fixture.write("open.txt", address);
    ::chmod(fixture.path("open.txt").c_str(), 0644);
    fixture.write("empty.txt", "\n");
    ::chmod(fixture.path("empty.txt").c_str(), 0600);
    write_program(fixture, "fails", fmt::format("echo '{0}'; echo 'no {0}' >&2; exit 3", address));
    write_program(fixture, "silent", "true");
    write_program(fixture, "garbage", "echo 'postgrsql://app:cAnArY@h/shop'");
    const std::pair<std::string, std::string> cases[] = {
        {"{ env = 'NONE' }", "variable 'NONE' is not set"},
        {"{ file = 'none.txt' }", "cannot read the secret file '"},
        {"{ file = 'open.txt' }", "the secret file '"},
        {"{ file = 'empty.txt' }", "the secret is empty"},
        {"{ file = '.' }", "the secret file '"},
        {"{ command = ['./fails'] }", "the secret's command './fails' ended with status 3"},
        {"{ command = ['./silent'] }", "the secret is empty"},
        {"{ command = ['./none'] }", "the secret's command './none' cannot be run"},
        {"{ command = ['keel-no-such-program'] }",
         "the secret's command 'keel-no-such-program' is not in PATH"},
        {"{ command = ['./garbage'] }", "unknown scheme 'postgrsql' of the database address"},
    };
    for (const auto& [reference, message] : cases) {
        CAPTURE(reference);
        fixture.write("keel.toml", fmt::format("[environments.dev]\nurl = {}\n", reference));

        const auto error = fixture.resolve_failure();

        CHECK(error.kind() == ErrorKind::config);
        CHECK_MESSAGE(error.message().starts_with(message), error.message());
        CHECK(error.where().file == "keel.toml");
        CHECK(error.where().line == 2);
        CHECK(error.where().column >= 7);
        CHECK(all_text(error).find("cAnArY") == std::string::npos);
    }
}

TEST_CASE("a secret file that others can read is refused with the way to close it") {
    ProjectFixture fixture;
    fixture.write("url.txt", address);
    fixture.write("keel.toml", "[environments.dev]\nurl = { file = 'url.txt' }\n");
    for (const unsigned mode : {0644u, 0604u, 0666u, 0622u}) {
        CAPTURE(mode);
        ::chmod(fixture.path("url.txt").c_str(), mode);
        const auto error = fixture.resolve_failure();
        CHECK(error.hint() == fmt::format("run: chmod 600 {}", fixture.path("url.txt").string()));
    }
    for (const unsigned mode : {0600u, 0400u}) {
        ::chmod(fixture.path("url.txt").c_str(), mode);
        CHECK(fixture.resolve().url.database() == "shop");
    }
}

TEST_CASE("effective values name their origin and hold no secret") {
    ProjectFixture fixture;
    fixture.variables["DEV_DATABASE_URL"] = address;
    fixture.variables["SECRET"] = "cAnArY";
    fixture.write(".env", "\nTEST_DATABASE_URL='postgresql://t:cAnArY@h/t'\n");
    fixture.write("keel.local.toml", "[defaults]\n\necho = true\n");
    fixture.write("keel.toml", R"([project]
name = "shop"
[environments.dev]
[environments.literal]
url = "postgresql://app:cAnArY@h/shop?sslpassword=cAnArY"
replicas = ["postgresql://app:cAnArY@r/shop", { env = "SECRET" }]
[environments.template]
url = "postgresql://app:${SECRET}@h/shop"
[environments.unset]
url = "postgresql://app:${UNSET}@h/cAnArY"
[environments.command]
url = { command = ["echo", "cAnArY"] }
[environments.broken]
url = "${SECRET}://app:cAnArY@h"
[environments.dev.settings]
api_key = "cAnArY"
greeting = "hello ${SECRET}"
nested = { token = "cAnArY", deep = [{ password = "cAnArY" }] }
[backup]
encryption = { passphrase = "cAnArY" }
[[schedule]]
run = "backup create"
every = "6h"
)");
    const auto values = fixture.load().effective_values();
    const auto shown = [&](std::string_view key) {
        const auto found = std::find_if(values.begin(), values.end(),
                                        [&](const auto& value) { return value.key == key; });
        return found == values.end() ? "missing" : found->value + " | " + found->origin;
    };

    for (const auto& value : values) {
        CAPTURE(value.key);
        CHECK(value.value.find("cAnArY") == std::string::npos);
    }
    CHECK(shown("project.name") == "\"shop\" | keel.toml:2");
    CHECK(shown("environments.dev.url") ==
          "postgresql://app:***@h/shop | environment variable DEV_DATABASE_URL");
    CHECK(shown("environments.test.url") == "postgresql://t:***@h/t | .env:2");
    CHECK(shown("environments.literal.url") ==
          "postgresql://app:***@h/shop?sslpassword=*** | keel.toml:5");
    CHECK(shown("environments.literal.replicas") ==
          "[postgresql://app:***@r/shop, { env = \"SECRET\" }] | keel.toml:6");
    CHECK(shown("environments.template.url") == "postgresql://app:***@h/shop | keel.toml:8");
    CHECK(shown("environments.unset.url") == "(variable 'UNSET' is not set) | keel.toml:10");
    CHECK(shown("environments.command.url") == "{ command = [\"echo\", …] } | keel.toml:12");
    CHECK(shown("environments.dev.echo") == "true | keel.local.toml:3");
    CHECK(shown("environments.dev.pool.size") == "5 | built-in");
    CHECK(shown("environments.dev.kind") == "development | built-in");
    CHECK(shown("environments.dev.settings.api_key") == "*** | keel.toml:16");
    CHECK(shown("environments.dev.settings.greeting") == "\"hello ${SECRET}\" | keel.toml:17");
    CHECK(shown("backup.encryption.passphrase") == "*** | keel.toml:20");
    CHECK(shown("backup.repository") == "\"backups\" | built-in");
    CHECK(shown("schedule[0]") == "{ run = \"backup create\", every = \"6h\" } | keel.toml:21");

    fixture.overrides.repository = "other";
    fixture.overrides.database = address;
    const auto project = fixture.load();
    project.choose_environment(fixture.now);
    const auto overridden = project.effective_values();
    CHECK(std::any_of(overridden.begin(), overridden.end(), [](const auto& value) {
        return value.key == "environments.dev.url" && value.origin == "--database";
    }));
}

TEST_CASE("a damaged configuration never crashes and never gives a secret away") {
    const std::string whole = R"([project]
name = "shop"
[environments.dev]
url = "postgresql://app:cAnArY@h/shop"
lock_timeout = "3s"
pool = { size = 10 }
[environments.prod]
url = { file = "cAnArY.txt" }
[backup]
encryption = { passphrase = "cAnArY" }
[[schedule]]
run = "x"
every = "6h"
)";
    static constexpr std::string_view bytes = "\"'[]{}=.,#\n\\${}:/@ \x01\xff";
    ProjectFixture fixture;
    int errors = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto text = whole;
        const char byte = bytes[at % bytes.size()];
        const bool inside_secret =
            whole.substr(at > 6 ? at - 6 : 0, 12).find("cAnArY") != std::string::npos;
        if (inside_secret) continue;
        if (at % 3 == 0)
            text.erase(at, 1);
        else if (at % 3 == 1)
            text.insert(at, 1, byte);
        else
            text[at] = byte;
        fixture.write("keel.toml", text);
        std::string shown;
        for (const auto& finding : fixture.check()) shown += finding.message + finding.hint + "\n";
        try {
            fixture.resolve();
        } catch (const keel::Error& error) {
            shown += all_text(error);
            ++errors;
        }
        if (shown.find("cAnArY@") != std::string::npos ||
            shown.find(":cAnArY") != std::string::npos)
            FAIL_CHECK(text, "\nshown: ", shown);
    }
    CHECK(errors > 50);
}
