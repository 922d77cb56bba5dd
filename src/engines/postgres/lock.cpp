#include <fmt/format.h>
#include <poll.h>

#include <random>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "engines/postgres/admin.hpp"
#include "engines/postgres/connection.hpp"

namespace keel::postgres {
namespace {

// "keel" in ASCII; the other half of the key is the database's oid. Advisory locks are local to a
// database, so that the pair cannot meet another database's.
constexpr std::string_view key =
    "1801807212, (select d.oid::pg_catalog.int8::pg_catalog.bit(32)::pg_catalog.int4 "
    "from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())";

constexpr std::string_view holder_query = R"(
    select coalesce(nullif(a.application_name, ''), 'somebody'), l.pid,
           coalesce(pg_catalog.host(a.client_addr), 'this machine'),
           coalesce(pg_catalog.to_char(a.backend_start at time zone 'UTC',
                                       'YYYY-MM-DD HH24:MI:SS "UTC"'), 'unknown')
    from pg_catalog.pg_locks l
    left join pg_catalog.pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'advisory'
      and l.classid = 1801807212
      and l.objsubid = 2
      and l.granted
      and l.database = (select d.oid from pg_catalog.pg_database d
                        where d.datname = pg_catalog.current_database())
    limit 1)";

constexpr std::size_t longest_application_name = 63;

std::string application_name(Connection& connection) {
    return connection.query_text("select pg_catalog.current_setting('application_name')")
        .value_or("");
}

void set_application_name(Connection& connection, std::string_view name) {
    const std::vector<Value> params = {std::string(name.substr(0, longest_application_name))};
    connection.query_text("select pg_catalog.set_config('application_name', $1, false)", params);
}

/// A pooler that gives each transaction another backend would leave the lock with a stranger.
void refuse_transaction_pooler(Connection& connection) {
    const std::vector<Value> nonce = {new_uuid()};
    connection.query_text("select pg_catalog.set_config('keel.nonce', $1, false)", nonce);
    const auto expected = std::get<std::string>(nonce.front());
    std::string first_backend;
    for (int round = 0; round < 3; ++round) {
        const auto rows = connection.query_rows(
            "select pg_catalog.current_setting('keel.nonce', true), pg_catalog.pg_backend_pid()");
        const auto& found = rows.at(0);
        if (first_backend.empty()) first_backend = found.at(1);
        if (found.at(0) == expected && found.at(1) == first_backend) continue;
        throw Error(ErrorKind::unsupported,
                    "this address leads to a pooler that changes the server session between "
                    "transactions, so that a lock would not stay with its holder")
            .with_hint("use the server's own address, or a pool in session mode");
    }
}

class AdvisoryLock final : public DatabaseLock {
  public:
    AdvisoryLock(std::weak_ptr<Wire> wire, std::string application_name)
        : wire_(std::move(wire)), application_name_(std::move(application_name)) {}

    ~AdvisoryLock() override {
        // Whoever closed the connection, or lost it, gave the lock back with it.
        const auto wire = wire_.lock();
        if (wire == nullptr || !wire->is_usable() || wire->is_busy()) return;
        if (wire->transaction_status() == PQTRANS_INERROR) return;
        try {
            PostgresConnection connection(wire, nullptr);
            connection.query_text(fmt::format("select pg_catalog.pg_advisory_unlock({})", key));
            set_application_name(connection, application_name_);
        } catch (const std::exception&) {
            return;  // the session's end will free it
        }
    }
    AdvisoryLock(const AdvisoryLock&) = delete;
    AdvisoryLock& operator=(const AdvisoryLock&) = delete;

  private:
    std::weak_ptr<Wire> wire_;  // weak: a lock must not keep a closed connection open
    std::string application_name_;
};

bool try_lock(Connection& connection) {
    const auto answer =
        connection.query_text(fmt::format("select pg_catalog.pg_try_advisory_lock({})", key));
    return answer == "t";
}

/// Two waiters must not go on meeting at the same instants.
std::chrono::milliseconds pause_with_jitter(std::chrono::milliseconds longest) {
    const std::chrono::milliseconds pause{150 + std::random_device{}() % 100};
    return std::max(std::chrono::milliseconds(1), std::min(pause, longest));
}

Error held_by_another(Connection& connection, std::chrono::milliseconds waited) {
    std::string holder = "somebody who has just let it go";
    connection.query(holder_query, {}, [&](const Row& row) {
        holder = fmt::format("{} (process {} from {}, since {})", row.text(0), row.text(1),
                             row.text(2), row.text(3));
    });
    return Error(ErrorKind::locked, fmt::format("the database is locked by {}; waited {}",
                                                escape_controls(holder), format_duration(waited)))
        .with_hint("wait until it is done; the lock goes away with its holder");
}

}  // namespace

std::unique_ptr<DatabaseLock> PostgresAdmin::acquire_lock(Connection& connection,
                                                          const LockOptions& options,
                                                          const Context& context) const {
    const auto internal = internal_connection(connection);
    if (internal->in_transaction())
        throw Error(ErrorKind::internal, "the lock must be taken before a transaction is opened");
    refuse_transaction_pooler(*internal);
    auto previous_name = application_name(*internal);
    const Stopwatch stopwatch;
    while (!try_lock(*internal)) {
        const auto waited = stopwatch.elapsed();
        if (waited >= options.wait) throw held_by_another(*internal, waited);
        context.check_cancelled("waiting for the database's lock");
        const auto pause = pause_with_jitter(options.wait - waited);
        ::poll(nullptr, 0, static_cast<int>(pause.count()));
    }
    if (!options.holder.empty()) set_application_name(*internal, options.holder);
    return std::make_unique<AdvisoryLock>(wire_of(connection), std::move(previous_name));
}

}  // namespace keel::postgres
