#include "ops/env/wait.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds default_timeout{60'000};
constexpr milliseconds first_pause{100};
constexpr milliseconds longest_pause{1'000};
constexpr milliseconds longest_attempt{5'000};

milliseconds read_timeout(const OptionValues& options) {
    if (!options.has("timeout")) return default_timeout;
    if (const auto timeout = parse_duration(options.text("timeout"))) return *timeout;
    throw Error(ErrorKind::usage, "--timeout takes a duration")
        .with_hint("keel env wait --timeout 60s");
}

/// Sleeps, but wakes at once when the run is cancelled.
void pause(const Context& context, milliseconds duration) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, context.stop, duration, [] { return false; });
    context.check_cancelled("waiting for the database");
}

bool is_worth_waiting(ErrorKind kind) {
    return kind == ErrorKind::unreachable || kind == ErrorKind::timeout ||
           kind == ErrorKind::locked;
}

/// Nothing when it answered; `exists` says whether the database itself is there.
std::optional<Error> try_once(OperationContext& context, milliseconds limit, bool& exists) {
    const auto& environment = context.environment();
    ConnectOptions options{.url = environment.url,
                           .ignore_ambient = context.is_testing(),
                           .session = environment.session,
                           .application_name = "keel env wait"};
    options.session.connect_timeout = std::min(limit, longest_attempt);
    try {
        context.engine().connect(options)->ping();
        exists = true;
        return std::nullopt;
    } catch (const Error& error) {
        exists = false;
        if (error.kind() == ErrorKind::not_found) return std::nullopt;
        if (!is_worth_waiting(error.kind())) throw;
        return error;
    }
}

Error timed_out(const Error& last, milliseconds timeout) {
    auto error = last;
    error.set_kind(ErrorKind::unreachable);
    error.set_message(
        fmt::format("not reachable within {}: {}", format_duration(timeout), last.message()));
    if (last.hint().empty()) error.set_hint("start the server, or wait longer: --timeout 5min");
    return error;
}

}  // namespace

void wait_for_environment(OperationContext& context, const OptionValues& options, Report& report) {
    const auto timeout = read_timeout(options);
    const Stopwatch watch;
    bool exists = false;
    std::uint64_t attempts = 0;
    for (auto rest = first_pause;; rest = std::min(rest * 2, longest_pause)) {
        const auto left = std::max(timeout - watch.elapsed(), first_pause);
        ++attempts;
        const auto failure = try_once(context, left, exists);
        if (!failure) break;
        if (watch.elapsed() + rest > timeout) throw timed_out(*failure, timeout);
        context.context().progress.on(
            {.phase = "wait", .item = failure->message(), .done = attempts});
        pause(context.context(), rest);
    }
    report.result.set("reachable", true)
        .set("exists", exists)
        .set("attempts", attempts)
        .set("waited_ms", watch.elapsed().count());
    report.body.emplace_back(
        MarkedLine{Mark::ok, fmt::format("{} is reachable{}", context.environment().url.redacted(),
                                         exists ? "" : "; its database does not exist yet")});
    if (!exists) report.next_steps.emplace_back("keel db init");
}

}  // namespace keel
