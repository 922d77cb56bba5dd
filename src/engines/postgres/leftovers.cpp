#include <fmt/format.h>

#include <algorithm>

#include "engines/postgres/admin.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/side_database.hpp"

namespace keel::postgres {
namespace {

constexpr std::string_view find_sides = R"(
    select d.datname, coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), '')
    from pg_catalog.pg_database d
    where pg_catalog.strpos(d.datname, '__keel_') > 0
    order by 1)";

constexpr std::string_view find_worker =
    "select 1 from pg_catalog.pg_stat_activity where application_name = $1 limit 1";

constexpr std::string_view find_closed =
    "select 1 from pg_catalog.pg_database where datname = $1 and not datallowconn";

bool matches(Connection& connection, std::string_view sql, std::string_view value) {
    const std::vector<Value> params = {std::string(value)};
    return connection.query_text(sql, params).has_value();
}

std::vector<SideDatabase> sides_of(Connection& maintenance, const std::string& target) {
    std::vector<SideDatabase> sides;
    maintenance.query(find_sides, {}, [&](const Row& row) {
        if (auto side = read_side(row.text(0), row.text(1), target))
            sides.push_back(std::move(*side));
    });
    // A run that is still at work leaves nothing over.
    std::erase_if(sides, [&](const SideDatabase& side) {
        return matches(maintenance, find_worker, worker_name(side.run_id));
    });
    return sides;
}

Leftover leftover_of(const SideDatabase& side, bool is_target_closed) {
    using Kind = Leftover::Kind;
    if (side.role == SideRole::replaced)
        return {.kind = Kind::replaced,
                .name = side.name,
                .run_id = side.run_id,
                .advice = fmt::format("drops '{}', which a finished restore replaced", side.name)};
    if (is_target_closed)
        return {.kind = Kind::unfinished_swap,
                .name = side.name,
                .run_id = side.run_id,
                .advice = fmt::format("opens '{}' to connections again, as it was before the "
                                      "restore, and drops the staged '{}'",
                                      side.target, side.name)};
    return {.kind = Kind::staged,
            .name = side.name,
            .run_id = side.run_id,
            .advice = fmt::format("drops the staged '{}' of an unfinished restore", side.name)};
}

void rename_back(Connection& maintenance, const SideDatabase& side) {
    maintenance.begin({});
    maintenance.execute(fmt::format("alter database {} rename to {}", quote_identifier(side.name),
                                    quote_identifier(side.target)));
    maintenance.execute(
        fmt::format("comment on database {} is null", quote_identifier(side.target)));
    maintenance.execute(
        fmt::format("alter database {} allow_connections true", quote_identifier(side.target)));
    maintenance.commit();
}

}  // namespace

std::vector<Leftover> PostgresAdmin::find_leftovers(const DatabaseUrl& url) const {
    const Server server(url, options_);
    const auto maintenance = server.maintenance();
    const std::string target = server.database();
    const bool is_closed = matches(*maintenance, find_closed, target);
    std::vector<Leftover> leftovers;
    for (const auto& side : sides_of(*maintenance, target))
        leftovers.push_back(leftover_of(side, is_closed));
    return leftovers;
}

void PostgresAdmin::resolve(const DatabaseUrl& url, const Leftover& leftover) const {
    const Server server(url, options_);
    const auto maintenance = server.maintenance();
    const std::string target = server.database();
    const auto sides = sides_of(*maintenance, target);
    const auto side = std::ranges::find(sides, leftover.name, &SideDatabase::name);
    if (side == sides.end()) return;  // resolved already, or at work again
    const bool has_target = has_database(*maintenance, target);
    // The only state in which the old data has no other home; nothing of ours leads to it.
    if (side->role == SideRole::replaced && !has_target) return rename_back(*maintenance, *side);
    if (side->role == SideRole::staged && matches(*maintenance, find_closed, target))
        maintenance->execute(
            fmt::format("alter database {} allow_connections true", quote_identifier(target)));
    drop_database(*maintenance, side->name);
}

}  // namespace keel::postgres
