#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "db/connection.hpp"
#include "model/environment.hpp"

namespace keel {

struct PoolFigures {
    int open = 0;
    int in_use = 0;
    int waiting = 0;
    std::uint64_t leased = 0;  ///< since the start
    std::uint64_t timeouts = 0;
    std::uint64_t recycled = 0;
    std::uint64_t discarded = 0;  ///< found dead
};

class Pool;

/// A leased connection: given back when destroyed, rolled back first if a transaction is still
/// open.
class Lease {
  public:
    Lease(Lease&&) noexcept;
    Lease& operator=(Lease&&) noexcept;
    ~Lease();
    Connection& operator*() const noexcept { return *connection_; }
    Connection* operator->() const noexcept { return connection_.get(); }

  private:
    friend class Pool;
    Lease(Pool& pool, std::unique_ptr<Connection> connection,
          std::chrono::steady_clock::time_point born);
    Pool* pool_ = nullptr;
    std::unique_ptr<Connection> connection_;
    std::chrono::steady_clock::time_point born_;
};

/// Connections for many threads. Opens none before the first lease. Thread-safe; must outlive its
/// leases.
class Pool {
  public:
    using Connect = std::function<std::unique_ptr<Connection>()>;
    Pool(Connect connect, PoolSettings settings);
    ~Pool();

    /// Waits up to the settings' timeout, then throws ErrorKind::timeout with the figures in the
    /// message. With pre-ping a dead connection is replaced before it is handed out.
    Lease acquire();
    PoolFigures figures() const;

  private:
    friend class Lease;
    struct Idle {
        std::unique_ptr<Connection> connection;
        std::chrono::steady_clock::time_point born;
    };
    /// A kept connection, or none and the right to open one. Throws ErrorKind::timeout.
    Idle wait_for_slot(std::chrono::steady_clock::time_point deadline);
    std::unique_ptr<Connection> open_one();
    void close_one(std::unique_ptr<Connection> connection, std::uint64_t& counter);
    void give_back(std::unique_ptr<Connection> connection,
                   std::chrono::steady_clock::time_point born) noexcept;

    Connect connect_;
    PoolSettings settings_;
    mutable std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<Idle> idle_;
    PoolFigures figures_;
};

}  // namespace keel
