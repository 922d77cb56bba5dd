#include "engines/postgres/worker_sessions.hpp"

#include <algorithm>
#include <thread>

#include "base/error.hpp"

namespace keel::postgres {
namespace {

constexpr std::size_t fewest = 2;  // the server works while we wait for the disk or the wire
constexpr std::size_t most = 8;

}  // namespace

Connection& WorkerSessions::of(std::size_t worker) {
    auto& session = sessions_.at(worker);
    if (session.connection != nullptr) return *session.connection;
    if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
    session.connection = make_();
    session.cancel.emplace(stop_, *session.connection);
    return *session.connection;
}

bool WorkerSessions::is_lost(std::size_t worker) const {
    const auto& connection = sessions_.at(worker).connection;
    return connection != nullptr && !connection->is_usable();
}

void WorkerSessions::end(std::size_t worker) {
    auto& session = sessions_.at(worker);
    session.cancel.reset();
    session.connection.reset();
}

void WorkerSessions::close() {
    for (auto& session : sessions_) {
        session.cancel.reset();
        session.connection.reset();
    }
}

std::size_t usual_workers() noexcept {
    return std::clamp<std::size_t>(std::thread::hardware_concurrency(), fewest, most);
}

}  // namespace keel::postgres
