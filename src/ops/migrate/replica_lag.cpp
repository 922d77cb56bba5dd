#include "ops/migrate/replica_lag.hpp"

#include <fmt/format.h>

#include "ops/migrate/lock_retry.hpp"

namespace keel {
namespace {

constexpr auto between_looks = std::chrono::milliseconds(100);

// Subscribers of a logical replication are there too. Without the rights of pg_monitor the
// positions of others are null.
constexpr std::string_view postgres_positions =
    "select (pg_catalog.pg_current_wal_lsn() - '0/0')::bigint, pg_catalog.count(*), "
    "(pg_catalog.min(replay_lsn) - '0/0')::bigint "
    "from pg_catalog.pg_stat_replication where state is distinct from 'backup'";

}  // namespace

void ReplicaLag::wait(std::string_view what) {
    if (run_.engine.kind() != EngineKind::postgres) return;
    Positions positions = look();
    if (positions.replicas == 0) return samples_.clear();
    if (!positions.replayed) {
        if (!has_warned_)
            run_.context.logger.log(Level::warning,
                                    "this user may not see how far replicas are, so none is waited "
                                    "for: grant it pg_monitor");
        has_warned_ = true;
        return;
    }
    samples_.push_back({Clock::now(), positions.written});
    while (is_behind(positions)) {
        sleep_unless_stopped(run_.context, between_looks,
                             fmt::format("waiting for a replica, {}", what));
        positions = look();
        if (!positions.replayed) return;  // it is gone
    }
}

ReplicaLag::Positions ReplicaLag::look() const {
    Positions positions;
    run_.connection().query(postgres_positions, {}, [&](const Row& row) {
        positions.written = row.integer(0);
        positions.replicas = row.integer(1);
        if (!row.is_null(2)) positions.replayed = row.integer(2);
    });
    return positions;
}

bool ReplicaLag::is_behind(const Positions& positions) {
    while (!samples_.empty() && samples_.front().written <= *positions.replayed)
        samples_.pop_front();
    return !samples_.empty() && Clock::now() - samples_.front().at > limit_;
}

}  // namespace keel
