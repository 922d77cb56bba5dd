#include "cli/progress.hpp"

#include <doctest/doctest.h>

#include "cli/console_logger.hpp"
#include "cli/terminal_interaction.hpp"

using namespace keel;
using namespace std::chrono_literals;

namespace {

/// A console that is remembered, and a clock that is set.
struct Screen {
    std::string text;
    SteadyTime now{};
    Console console{[this](std::string_view piece) { text += piece; },
                    {.ascii = true, .width = 100}};

    SteadyNow clock() {
        return [this] { return now; };
    }
};

}  // namespace

TEST_CASE("a line of progress shows part, amount, rate and what is left") {
    ProgressState state{.phase = "copy",
                        .item = "orders",
                        .done = 50'000'000,
                        .total = 100'000'000,
                        .unit = ProgressUnit::bytes,
                        .elapsed = 5s};

    CHECK(
        progress_line(state, {.ascii = true}) ==
        "copy orders  [############------------]  50 %  50.0 MB of 100.0 MB  10.0 MB/s  6 s left");
}

TEST_CASE("without a total only what is done and how fast is shown") {
    ProgressState state{
        .phase = "restore", .done = 1'234'567, .unit = ProgressUnit::rows, .elapsed = 10s};

    CHECK(progress_line(state, {.ascii = true}) == "restore  1,234,567 rows  123,456/s");
}

TEST_CASE("a line never reaches the last column of the terminal") {
    ProgressState state{.phase = std::string(200, 'x')};

    CHECK(progress_line(state, {.ascii = true, .width = 40}).size() == 39);
}

TEST_CASE("more done than announced does not overrun the bar") {
    ProgressState state{.phase = "p", .done = 30, .total = 20};

    CHECK(progress_line(state, {.ascii = true}).find("100 %") != std::string::npos);
}

TEST_CASE("a bar appears after a moment and is drawn ten times a second") {
    Screen screen;
    {
        ConsoleProgress progress(screen.console, ProgressForm::bar, screen.clock());
        progress.on({.phase = "copy", .done = 1, .total = 10});
        CHECK(screen.text.empty());
        screen.now += 200ms;
        progress.on({.phase = "copy", .done = 2, .total = 10});
        const std::size_t once = screen.text.size();
        CHECK(once > 0);
        screen.now += 50ms;
        progress.on({.phase = "copy", .done = 3, .total = 10});
        CHECK(screen.text.size() == once);
        screen.now += 50ms;
        progress.on({.phase = "copy", .done = 4, .total = 10});
        CHECK(screen.text.size() > once);
    }
    CHECK(screen.text.ends_with("\r\x1b[K"));
}

TEST_CASE("a message does not mix with the bar") {
    Screen screen;
    ConsoleProgress progress(screen.console, ProgressForm::bar, screen.clock());
    screen.now += 1s;
    progress.on({.phase = "copy", .done = 2, .total = 10});
    screen.text.clear();

    TextLogger(screen.console, Level::info).log(Level::warning, "slow disk");

    CHECK(screen.text.starts_with("\r\x1b[Kwarning: slow disk\ncopy  ["));
}

TEST_CASE("without a terminal a line is written every ten seconds") {
    Screen screen;
    ConsoleProgress progress(screen.console, ProgressForm::lines, screen.clock());
    for (int second = 0; second < 25; ++second) {
        screen.now += 1s;
        progress.on({.phase = "copy", .done = static_cast<std::uint64_t>(second)});
    }

    CHECK(screen.text == "copy  9  1/s\ncopy  19  1/s\n");
}

TEST_CASE("as JSON each step is an object on its own line, and the last one is not lost") {
    Screen screen;
    {
        ConsoleProgress progress(screen.console, ProgressForm::json, screen.clock());
        progress.on(
            {.phase = "copy", .item = "a", .done = 1, .total = 2, .unit = ProgressUnit::rows});
        progress.on(
            {.phase = "copy", .item = "a", .done = 2, .total = 2, .unit = ProgressUnit::rows});
    }

    CHECK(screen.text ==
          R"({"event":"progress","phase":"copy","item":"a","done":1,"total":2,"unit":"rows"})"
          "\n"
          R"({"event":"progress","phase":"copy","item":"a","done":2,"total":2,"unit":"rows"})"
          "\n");
}

TEST_CASE("the rate starts anew with each phase") {
    Screen screen;
    ConsoleProgress progress(screen.console, ProgressForm::lines, screen.clock());
    progress.on({.phase = "dump", .done = 1'000'000});
    screen.now += 9s;
    progress.on({.phase = "check", .done = 0});
    screen.now += 1s;
    progress.on({.phase = "check", .done = 5});

    CHECK(screen.text == "check  5  5/s\n");
}

TEST_CASE("phases that take turns each have a rate and a rest of their own") {
    Screen screen;
    ConsoleProgress progress(screen.console, ProgressForm::lines, screen.clock());
    for (std::uint64_t second = 0; second < 10; ++second) {
        progress.on({.phase = "build", .done = second, .total = 100});
        progress.on({.phase = "copy", .done = 10 * second, .total = 200});
        screen.now += 1s;
    }
    screen.text.clear();
    progress.on({.phase = "copy", .done = 100, .total = 200});
    CHECK(screen.text.find("10/s") != std::string::npos);
    CHECK(screen.text.find("11 s left") != std::string::npos);
}

TEST_CASE("messages below the threshold are not shown") {
    Screen screen;
    TextLogger quiet(screen.console, Level::error);
    quiet.log(Level::warning, "no");
    quiet.log(Level::error, "yes\x1b[2J");
    JsonLogger json(screen.console, Level::info);
    json.log(Level::debug, "no");
    json.log(Level::info, "yes");

    CHECK(screen.text ==
          "error: yes\\x1b[2J\n"
          "{\"event\":\"log\",\"level\":\"info\",\"message\":\"yes\"}\n");
}

TEST_CASE("a banner goes to the console, and as an event with JSON") {
    Screen screen;
    TerminalInteraction(screen.console, {}, {}).banner("prod is protected");
    TerminalInteraction(screen.console, {.json = true}, {}).banner("prod is protected");

    CHECK(screen.text ==
          "prod is protected\n"
          "{\"event\":\"banner\",\"message\":\"prod is protected\"}\n");
}

TEST_CASE("nobody can be asked when no input is wanted") {
    Screen screen;
    TerminalInteraction interaction(screen.console, {.no_input = true}, {});

    CHECK_FALSE(interaction.can_ask());
    CHECK_FALSE(interaction.ask("sure?").has_value());
    CHECK(screen.text.empty());
}
