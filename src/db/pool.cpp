#include "db/pool.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"

namespace keel {
namespace {

using SteadyClock = std::chrono::steady_clock;

bool answers(Connection& connection) noexcept {
    try {
        if (!connection.is_usable()) return false;
        connection.ping();
        return connection.is_usable();
    } catch (const std::exception&) {
        return false;
    }
}

/// Ends what the borrower left open. False when the connection cannot be used again.
bool clean_up(Connection& connection) noexcept {
    try {
        if (!connection.is_usable()) return false;
        if (connection.in_transaction()) connection.rollback();
        connection.on_notice({});
        return connection.is_usable();
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace

Lease::Lease(Pool& pool, std::unique_ptr<Connection> connection, SteadyClock::time_point born)
    : pool_(&pool), connection_(std::move(connection)), born_(born) {}

Lease::Lease(Lease&& other) noexcept
    : pool_(other.pool_), connection_(std::move(other.connection_)), born_(other.born_) {}

Lease& Lease::operator=(Lease&& other) noexcept {
    if (this == &other) return *this;
    if (connection_) pool_->give_back(std::move(connection_), born_);
    pool_ = other.pool_;
    connection_ = std::move(other.connection_);
    born_ = other.born_;
    return *this;
}

Lease::~Lease() {
    if (connection_) pool_->give_back(std::move(connection_), born_);
}

Pool::Pool(Connect connect, PoolSettings settings)
    : connect_(std::move(connect)), settings_(settings) {}

Pool::~Pool() = default;

Lease Pool::acquire() {
    const auto deadline = SteadyClock::now() + settings_.timeout;
    for (;;) {
        auto idle = wait_for_slot(deadline);
        if (!idle.connection) {
            auto connection = open_one();
            return Lease(*this, std::move(connection), SteadyClock::now());
        }
        const bool stale = SteadyClock::now() - idle.born >= settings_.recycle;
        if (!stale && (!settings_.pre_ping || answers(*idle.connection))) {
            return Lease(*this, std::move(idle.connection), idle.born);
        }
        close_one(std::move(idle.connection), stale ? figures_.recycled : figures_.discarded);
    }
}

Pool::Idle Pool::wait_for_slot(SteadyClock::time_point deadline) {
    std::unique_lock lock(mutex_);
    ++figures_.waiting;
    const bool free = freed_.wait_until(lock, deadline, [this] {
        return !idle_.empty() || figures_.open < settings_.size + settings_.overflow;
    });
    --figures_.waiting;
    if (!free) {
        ++figures_.timeouts;
        throw Error(
            ErrorKind::timeout,
            fmt::format("no connection became free within {}: {} open, {} in use, {} waiting",
                        format_duration(settings_.timeout), figures_.open, figures_.in_use,
                        figures_.waiting))
            .with_hint("raise pool.size or pool.overflow, or give connections back sooner");
    }
    ++figures_.in_use;
    if (idle_.empty()) {
        ++figures_.open;
        ++figures_.leased;
        return {};
    }
    auto idle = std::move(idle_.back());
    idle_.pop_back();
    ++figures_.leased;
    return idle;
}

std::unique_ptr<Connection> Pool::open_one() {
    try {
        return connect_();
    } catch (...) {
        const std::lock_guard lock(mutex_);
        --figures_.open;
        --figures_.in_use;
        --figures_.leased;
        freed_.notify_one();
        throw;
    }
}

void Pool::close_one(std::unique_ptr<Connection> connection, std::uint64_t& counter) {
    connection.reset();
    const std::lock_guard lock(mutex_);
    --figures_.open;
    --figures_.in_use;
    --figures_.leased;
    ++counter;
}

void Pool::give_back(std::unique_ptr<Connection> connection,
                     SteadyClock::time_point born) noexcept {
    const bool usable = clean_up(*connection);
    std::unique_lock lock(mutex_);
    --figures_.in_use;
    if (usable && figures_.open <= settings_.size) {
        idle_.push_back({std::move(connection), born});
    } else {
        --figures_.open;
        if (!usable) ++figures_.discarded;
    }
    lock.unlock();
    freed_.notify_one();
    // What is not kept is closed here, outside the lock: closing may have to talk to a server.
}

PoolFigures Pool::figures() const {
    const std::lock_guard lock(mutex_);
    return figures_;
}

}  // namespace keel
