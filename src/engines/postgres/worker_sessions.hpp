#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "db/connection.hpp"

namespace keel::postgres {

/// One session for each worker of a crew, opened at its first use. Each may be used by its worker
/// only; a stop request cancels what they run.
class WorkerSessions {
  public:
    using Make = std::function<std::unique_ptr<Connection>()>;
    WorkerSessions(std::size_t workers, std::stop_token stop, Make make)
        : stop_(std::move(stop)), make_(std::move(make)), sessions_(workers) {}

    Connection& of(std::size_t worker);
    /// Whether the worker's session has come to its end by itself.
    bool is_lost(std::size_t worker) const;
    /// Ends a worker's session; its next use opens another.
    void end(std::size_t worker);
    void close();

  private:
    struct Session {
        std::unique_ptr<Connection> connection;
        std::optional<CancelOnStop> cancel;
    };
    std::stop_token stop_;
    Make make_;
    std::vector<Session> sessions_;
};

/// How many workers suit this machine.
std::size_t usual_workers() noexcept;

}  // namespace keel::postgres
