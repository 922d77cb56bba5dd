#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "base/error.hpp"
#include "pattern.hpp"
#include "run.hpp"

using namespace keel;
using namespace keel::scripts;

namespace {

/// All of them, or the one whose name KEEL_SCRIPT gives ("none": not one).
std::vector<std::filesystem::path> chosen_scripts() {
    const char* chosen = std::getenv("KEEL_SCRIPT");
    std::vector<std::filesystem::path> paths;
    for (const auto& entry :
         std::filesystem::directory_iterator(KEEL_SOURCE_DIR "/tests/scripts")) {
        if (entry.path().extension() != ".keel") continue;
        if (chosen == nullptr || entry.path().stem() == chosen) paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    return paths;
}

std::string message_of(std::string_view text) {
    const auto failure = run_script(parse_script("sample", text), "sqlite");
    return failure ? std::to_string(failure->line) + ": " + failure->message : "passed";
}

}  // namespace

TEST_CASE("every script does what it says, on every engine") {
    const char* chosen = std::getenv("KEEL_SCRIPT");
    if (chosen != nullptr && std::string_view(chosen) == "none") return;
    const auto paths = chosen_scripts();
    REQUIRE_FALSE(paths.empty());

    for (const auto& path : paths) {
        const Script script = read_script(path);
        for (const std::string& engine : script.engines) {
            INFO("on ", engine);
            const auto failure = run_script(script, engine);
            if (failure) {
                ADD_FAIL_CHECK_AT(path.c_str(), failure->line, failure->message);
            } else {
                CHECK_FALSE(failure.has_value());
            }
        }
    }
}

TEST_CASE("a script that expects the wrong thing fails at its line") {
    CHECK(message_of("exec true\n! exec false\n") == "passed");
    CHECK(message_of("exec true\n\nexec false\n").starts_with("3: it failed"));
    CHECK(message_of("! exec true\n").starts_with("1: it succeeded"));
    CHECK(message_of("! exec sh -c 'exit 3'\nexit 4\n").starts_with("2: the exit status"));
    CHECK(message_of("exec echo hello\nstdout hellp\n").starts_with("2: stdout"));
    CHECK(message_of("exec echo hello\n! stdout h*o\n").starts_with("2: stdout"));
    CHECK(message_of("exec echo '{\"a\":[1]}'\njson a.0 1\njson a.# 1\njson a.0 2\n")
              .starts_with("4: the JSON (1)"));
    CHECK(message_of("exists nothing\n").starts_with("1: what exists"));
    CHECK(message_of("sql nonsense\n").starts_with("1: the outcome of the SQL"));
    CHECK(message_of("[postgres] exec false\nexec true\n") == "passed");
    CHECK(message_of("frob\n").starts_with("1: no such verb: frob"));
}

TEST_CASE("what is typed reaches the terminal of the command, and nothing else does") {
    const std::string ask =
        "exec sh -ec 'printf \"name? \" >/dev/tty; read x </dev/tty; echo got $x'\n";

    CHECK(message_of("typed prod\n" + ask + "stdout got prod\n") == "passed");
    CHECK(message_of(ask).starts_with("1: it failed"));
}

TEST_CASE("files of a script are there before it starts") {
    CHECK(message_of("file a/b.txt url is sqlite:data1.db\n! file a/b.txt second\n"
                     "-- a/b.txt --\nurl is $URL\n-- c --\nsecond\n") == "passed");
}

TEST_CASE("a star stands for anything on one line") {
    CHECK(contains("error: no such table: x\n", "no * table"));
    CHECK_FALSE(contains("a\nb", "a*b"));
    CHECK(equals("20260101_users", "2026*_users"));
    CHECK_FALSE(equals("20260101_users_x", "2026*_users"));
}
