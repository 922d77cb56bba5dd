#include "base/process.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "base/clock.hpp"
#include "base/error.hpp"

using namespace keel;

namespace {
std::string output_of(ProcessOptions options, ProcessResult& result) {
    std::string out;
    result = run_process(options, [&](std::span<const std::byte> piece) { out += as_text(piece); });
    return out;
}
}  // namespace

TEST_CASE("a child's output, errors and status come back apart") {
    ProcessResult result;
    const auto out = output_of(
        {.program = "/bin/sh", .arguments = {"-c", "echo out; echo err >&2; exit 7"}}, result);
    CHECK(out == "out\n");
    CHECK(result.error_output == "err\n");
    CHECK(result.status == 7);
    CHECK_FALSE(result.was_killed);
}

TEST_CASE("a killed child is told from one that exits, and a missing program from both") {
    ProcessResult result;
    output_of({.program = "/bin/sh", .arguments = {"-c", "kill -9 $$"}}, result);
    CHECK(result.was_killed);
    CHECK(result.status == 128 + 9);
    CHECK_THROWS_WITH_AS(run_process({.program = "/nonexistent/tool"}, [](auto) {}),
                         doctest::Contains("cannot start"), Error);
}

TEST_CASE("variables are added and taken away for the child alone") {
    ProcessResult result;
    ProcessOptions options{.program = "/bin/sh",
                           .arguments = {"-c", "echo ${KEEL_A:-no} ${HOME:-none}"}};
    options.environment = {{"KEEL_A", "yes"}};
    options.unset = {"HOME"};
    CHECK(output_of(options, result) == "yes none\n");
}

TEST_CASE("a stop request ends the child and the wait") {
    std::stop_source stop;
    const Stopwatch watch;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        stop.request_stop();
    });
    ProcessOptions options{.program = "/bin/sleep", .arguments = {"30"}};
    options.stop = stop.get_token();
    CHECK_THROWS_WITH_AS(run_process(options, [](auto) {}), doctest::Contains("interrupted"),
                         Error);
    CHECK(watch.elapsed() < std::chrono::seconds(5));
}

TEST_CASE("a child that writes a lot does not fill memory or block") {
    std::size_t bytes = 0;
    const ProcessOptions options{
        .program = "/bin/sh",
        .arguments = {"-c", "head -c 5000000 /dev/zero; head -c 300000 /dev/zero >&2"}};
    const auto result = run_process(options, [&](auto piece) { bytes += piece.size(); });
    CHECK(bytes == 5'000'000);
    CHECK(result.error_output.size() <= 64 * 1024);
}
