#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <thread>

#include "cli/process_setup.hpp"
#include "cli/stop_signals.hpp"

using namespace keel;
using namespace std::chrono_literals;

namespace {

EnvironmentReader variables(std::map<std::string, std::string, std::less<>> values) {
    return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
}

void wait_for(const std::stop_token& token) {
    for (int i = 0; i < 2000 && !token.stop_requested(); ++i) std::this_thread::sleep_for(1ms);
}

}  // namespace

TEST_CASE("a signal requests a stop and interrupts nothing else") {
    StopSignals signals;
    CHECK_FALSE(signals.token().stop_requested());

    ::kill(::getpid(), SIGTERM);
    wait_for(signals.token());

    CHECK(signals.token().stop_requested());
}

TEST_CASE("a second signal ends the process at once with 130") {
    const pid_t child = ::fork();
    if (child == 0) {
        StopSignals signals;
        ::kill(::getpid(), SIGINT);
        wait_for(signals.token());
        ::kill(::getpid(), SIGINT);
        std::this_thread::sleep_for(5s);
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);

    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 130);
}

TEST_CASE("after the work signals are as they were") {
    sigset_t before;
    sigset_t after;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
    {
        const StopSignals signals;
    }
    ::pthread_sigmask(SIG_SETMASK, nullptr, &after);

    CHECK(::sigismember(&before, SIGINT) == ::sigismember(&after, SIGINT));
}

TEST_CASE("a closed standard descriptor is not taken by the next file that is opened") {
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(STDOUT_FILENO);
        prepare_process();
        ::_exit(::open("/dev/null", O_RDONLY) == STDOUT_FILENO ? 1 : 0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);

    CHECK(status == 0);
}

TEST_CASE("symbols are used in a UTF-8 locale only") {
    CHECK_FALSE(style_for(-1, false, variables({{"LANG", "en_US.UTF-8"}})).ascii);
    CHECK_FALSE(style_for(-1, false, variables({{"LC_ALL", "C.utf8"}})).ascii);
    CHECK(style_for(-1, false, variables({{"LC_ALL", "C"}, {"LANG", "en_US.UTF-8"}})).ascii);
    CHECK(style_for(-1, false, variables({})).ascii);
}

TEST_CASE("what is no terminal gets neither colour nor wrapping") {
    const TextStyle style = style_for(-1, false, variables({{"TERM", "xterm"}}));

    CHECK_FALSE(style.color);
    CHECK(style.width == 0);
}

TEST_CASE("the actor is the user and host of this process") {
    const Actor actor = current_actor();

    CHECK_FALSE(actor.name.empty());
    CHECK_FALSE(actor.host.empty());
}
