#include <doctest/doctest.h>

#include <set>

#include "app/workspace.hpp"
#include "base/file.hpp"
#include "cli/arguments.hpp"
#include "cli/builtins.hpp"
#include "cli/command_words.hpp"
#include "cli/reference.hpp"

using namespace keel;

namespace {

const CommandTable& real_table() {
    static const Workspace workspace([](std::string_view) { return std::nullopt; });
    static const CommandTable table =
        CommandTable::from(workspace.registry().entries(), builtin_specs());
    return table;
}

/// The words of an example as a shell would pass them on; what follows a pipe or `>` is the
/// shell's.
std::vector<std::string> words_of(std::string_view example) {
    std::vector<std::string> words = {""};
    char quote = 0;
    for (const char c : example) {
        if (quote == 0 && (c == '|' || c == '>')) break;
        if (c == '\'' || c == '"') {
            quote = quote == 0 ? c : '\0';
        } else if (c == ' ' && quote == 0) {
            words.emplace_back();
        } else {
            words.back() += c;
        }
    }
    std::erase(words, "");
    return words;
}

}  // namespace

TEST_CASE("every command's options can be parsed beside the global ones") {
    for (const OperationSpec* spec : real_table().all()) {
        CAPTURE(spec->name);
        CHECK_NOTHROW(parse_arguments(spec, std::vector<std::string>{"--help"}));
    }
}

TEST_CASE("names of commands do not repeat, and summaries are one lower-case line") {
    std::set<std::string_view> names;
    for (const OperationSpec* spec : real_table().all()) {
        CAPTURE(spec->name);
        CHECK(names.insert(spec->name).second);
        CHECK_FALSE(spec->summary.empty());
        CHECK_FALSE(spec->summary.ends_with('.'));
        CHECK(spec->summary.find('\n') == std::string_view::npos);
    }
}

TEST_CASE("every command has an example, and each can be typed as it stands") {
    for (const OperationSpec* spec : real_table().all()) {
        CAPTURE(spec->name);
        CHECK_FALSE(spec->examples.empty());
        for (const std::string_view example : spec->examples) {
            std::vector<std::string> words = words_of(example);
            CAPTURE(example);
            if (words.empty() || words.front() != "keel") continue;
            words.erase(words.begin());
            const CommandWords command = find_command(words, real_table());
            REQUIRE(command.spec != nullptr);
            CHECK_NOTHROW(parse_arguments(command.spec, command.rest));
        }
    }
}

TEST_CASE("the page of commands is what the program makes of itself: make docs renews it") {
    const std::string page = read_file(KEEL_SOURCE_DIR "/docs/reference/commands.md");

    CHECK(page == commands_reference(real_table()));
}
