#include "ops/migrate/lock_retry.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <random>

#include "base/text.hpp"

namespace keel {
namespace {

constexpr int attempts = 5;
constexpr std::chrono::milliseconds longest_pause{10'000};
constexpr std::chrono::milliseconds pause_without_timeout{200};

/// SQLite's own wait for a lock keeps nobody out, so that there is nothing to repeat.
bool is_worth_repeating(const MigrationRun& run, const Error& error) {
    if (!run.engine.capabilities().advisory_locks) return false;
    const bool is_about_locks =
        error.kind() == ErrorKind::locked || error.kind() == ErrorKind::serialization;
    if (!is_about_locks) return false;
    Connection& connection = run.connection();
    return connection.is_usable() && !connection.in_transaction();
}

/// Between half of `pause` and all of it, so that two who met do not meet again.
std::chrono::milliseconds with_jitter(std::chrono::milliseconds pause) {
    std::random_device random;
    std::uniform_int_distribution<std::chrono::milliseconds::rep> spread(pause.count() / 2,
                                                                         pause.count());
    return std::chrono::milliseconds(spread(random));
}

std::string who_stands_in_the_way(const MigrationRun& run, const Script& script) {
    std::string names;
    for (const Diagnostic& finding : run.engine.preflight(run.connection(), script.statements)) {
        if (finding.rule != "preflight.blocker") continue;
        names.append(names.empty() ? "" : "; ").append(finding.message);
    }
    return names;
}

void tell_of_last_attempt(const MigrationRun& run, const Script& script, Error& error) {
    error.set_message(fmt::format("{} (attempt {} of {})", error.message(), attempts, attempts));
    try {
        const std::string names = who_stands_in_the_way(run, script);
        if (!names.empty()) error.set_hint(names + ": wait for it or end it, then try again");
    } catch (const Error&) {
        return;  // the failure itself is what matters
    }
}

}  // namespace

void sleep_unless_stopped(const Context& context, std::chrono::milliseconds pause,
                          std::string_view what) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_for(lock, context.stop, pause, [] { return false; });
    context.check_cancelled(what);
}

void with_lock_retries(const MigrationRun& run, const Script& script,
                       const std::function<void()>& attempt) {
    const auto timeout = script.lock_timeout.value_or(run.lock_timeout);
    auto pause = timeout.count() > 0 ? timeout : pause_without_timeout;
    for (int number = 1;; ++number) {
        try {
            return attempt();
        } catch (Error& error) {
            if (!is_worth_repeating(run, error)) throw;
            if (number == attempts) {
                tell_of_last_attempt(run, script, error);
                throw;
            }
            run.context.logger.log(
                Level::notice,
                fmt::format("{}: {} (attempt {} of {}): trying again in about {}", script.label(),
                            error.message(), number, attempts, format_duration(pause)));
        }
        sleep_unless_stopped(run.context, with_jitter(pause), "waiting to try again for a lock");
        pause = std::min(pause * 2, longest_pause);
    }
}

}  // namespace keel
