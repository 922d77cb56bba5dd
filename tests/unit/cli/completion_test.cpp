#include "cli/completion.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cli/builtins.hpp"
#include "cli/completion_scripts.hpp"
#include "sample_commands.hpp"

using namespace keel;
using test::sample_table;
using test::words;

namespace {

std::vector<Candidate> list_values(ValueSource source) {
    switch (source) {
        case ValueSource::environments:
            return {{"dev", ""}, {"prod", ""}};
        case ValueSource::migrations:
            return {{"20260101", "users"}};
        case ValueSource::backups:
            return {{"b1", "before"}};
    }
    return {};
}

std::string completed(std::initializer_list<const char*> typed) {
    std::vector<std::string> texts;
    for (const Candidate& candidate : complete(words(typed), sample_table(), list_values)) {
        texts.push_back(candidate.text);
    }
    return join(texts, " ");
}

}  // namespace

TEST_CASE("the words of commands are completed, each once") {
    CHECK(completed({""}) == "status migrate backup inspect env plan help completion");
    CHECK(completed({"mi"}) == "migrate");
    CHECK(completed({"migrate", ""}) == "up down");
    CHECK(completed({"-e", "prod", "migrate", "u"}) == "up");
    CHECK(completed({"help", "backup", ""}) == "show import");
}

TEST_CASE("options are completed with those of the command first") {
    CHECK(completed({"migrate", "up", "--st"}) == "--steps");
    CHECK(completed({"migrate", "up", "--"}).starts_with("--to --steps --project"));
    CHECK(completed({"--conf"}) == "--confirm");
}

TEST_CASE("values come from the project") {
    CHECK(completed({"-e", ""}) == "dev prod");
    CHECK(completed({"status", "--env", "p"}) == "prod");
    CHECK(completed({"status", "--env=p"}) == "--env=prod");
    CHECK(completed({"env", "use", ""}) == "dev prod");
    CHECK(completed({"migrate", "up", "--to", ""}) == "20260101");
    CHECK(completed({"backup", "show", ""}) == "b1");
    CHECK(completed({"backup", "show", "b1", ""}) == "");
    CHECK(completed({"completion", "z"}) == "zsh");
}

TEST_CASE("paths are left to the shell") {
    CHECK(completed({"-C", "src"}) == ":folders");
    CHECK(completed({"backup", "import", "a.tar", "b"}) == ":files");
}

TEST_CASE("nothing is offered where nothing is known") {
    CHECK(completed({"migrate", "up", "--steps", ""}) == "");
    CHECK(completed({"frob", ""}) == "");
    CHECK(complete({}, sample_table(), list_values).empty());
}

TEST_CASE("candidates are printed with their description and cannot break lines") {
    const std::vector<Candidate> candidates = {{"up", "apply"}, {"a\nb", ""}};

    CHECK(render_candidates(candidates) == "up\tapply\na\\x0ab\n");
}

TEST_CASE("there is a script for each of three shells, and an error for others") {
    for (const char* shell : {"bash", "zsh", "fish"}) {
        CHECK(completion_script(shell).find("__complete") != std::string::npos);
    }
    CHECK_THROWS_WITH_AS(completion_script("bsh"),
                         "no completion for the shell 'bsh' (did you mean 'bash'?)", Error);
}

TEST_CASE("completion reports the script for people and for JSON") {
    OptionValues options;
    options.set("shell", "fish");

    const Report report = run_builtin(*sample_table().find("completion"), options);

    CHECK(report.command == "completion");
    CHECK(report.result.at("shell").as_string() == "fish");
    CHECK(report.body.size() == 1);
}
