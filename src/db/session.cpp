#include "db/session.hpp"

#include <random>
#include <thread>

namespace keel {
namespace {

bool is_worth_repeating(ErrorKind kind) noexcept {
    return kind == ErrorKind::serialization || kind == ErrorKind::locked;
}

void run_once(Connection& connection, const TransactionOptions& options,
              const std::function<void(Connection&)>& work) {
    Transaction transaction(connection, options);
    work(connection);
    transaction.commit();
}

/// Between half of `pause` and all of it, so that two who collided do not collide again.
std::chrono::milliseconds with_jitter(std::chrono::milliseconds pause) {
    std::random_device random;
    const auto half = pause.count() / 2;
    std::uniform_int_distribution<std::chrono::milliseconds::rep> spread(half, pause.count());
    return std::chrono::milliseconds(spread(random));
}

}  // namespace

void in_transaction(Connection& connection, const TransactionOptions& options,
                    const RetryOptions& retry, const std::function<void(Connection&)>& work) {
    // Inside another transaction a repetition would see the same snapshot: only its owner can
    // repeat.
    if (connection.in_transaction()) return run_once(connection, options, work);
    auto pause = retry.first_pause;
    for (int attempt = 1;; ++attempt) {
        try {
            return run_once(connection, options, work);
        } catch (const Error& error) {
            if (!is_worth_repeating(error.kind()) || attempt >= retry.attempts) throw;
        }
        std::this_thread::sleep_for(with_jitter(pause));
        pause *= 2;
    }
}

}  // namespace keel
