#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/migrate/histories/foreign_history.hpp"

namespace keel {
namespace {

using Rows = std::vector<ForeignRow>;

/// Tools that keep a line for each applied version: `columns` gives version, name and time.
Rows read_versions(const ForeignQuery& query, const std::string& columns, std::string_view order) {
    Rows rows;
    query.connection.query(
        fmt::format("select {} from {} order by {}", columns, query.table, order), {},
        [&](const Row& row) {
            ForeignRow read{.version = row.string(0), .name = row.string(1)};
            if (row.size() > 2) read.applied_at = row.string(2);
            rows.push_back(std::move(read));
        });
    return rows;
}

Rows read_dbmate(const ForeignQuery& query) {
    return read_versions(query, "version, ''", "1");
}

/// One line: the newest version, and whether its migration failed half way.
Rows read_golang_migrate(const ForeignQuery& query) {
    Rows rows;
    query.connection.query(
        fmt::format("select version, case when dirty then 1 else 0 end from {}", query.table), {},
        [&](const Row& row) {
            rows.push_back(
                {.version = row.string(0), .succeeded = !row.boolean(1), .covers_older = true});
        });
    return rows;
}

/// A line for each up and each down: the last of a version says what is true.
Rows read_goose(const ForeignQuery& query) {
    Rows rows;
    query.connection.query(
        fmt::format("select version_id, case when is_applied then 1 else 0 end, {} from {} "
                    "order by id",
                    query.utc("tstamp"), query.table),
        {}, [&](const Row& row) {
            std::erase_if(rows, [&](const ForeignRow& old) { return old.version == row.text(0); });
            if (row.text(0) != "0" && row.boolean(1))
                rows.push_back({.version = row.string(0), .applied_at = row.string(2)});
        });
    return rows;
}

/// "R__a_view" of "sub/R__a_view.sql".
std::string script_name(std::string_view script) {
    script = script.substr(script.rfind('/') + 1);
    return std::string(script.substr(0, script.rfind('.')));
}

void take_flyway(Rows& rows, const Row& row) {
    const std::string_view type = row.text(2);
    ForeignRow read{.version = row.string(0),
                    .name = replace_all(row.text(1), " ", "_"),
                    .checksum = row.string(4),
                    .applied_at = row.string(6),
                    .applied_by = row.string(5),
                    .duration_ms = row.integer(7),
                    .succeeded = row.boolean(8)};
    if (type == "SCHEMA") return;
    if (read.version.empty()) {
        read.version = script_name(row.text(3));
        read.name.clear();
    }
    if (type == "SQL_BASELINE") read.version.insert(0, "B");
    std::erase_if(rows, [&](const ForeignRow& old) { return old.version == read.version; });
    if (type.starts_with("UNDO") || type == "DELETE") return;
    read.covers_older = type == "BASELINE";
    rows.push_back(std::move(read));
}

Rows read_flyway(const ForeignQuery& query) {
    Rows rows;
    query.connection.query(
        fmt::format("select coalesce(version, ''), description, type, script, "
                    "coalesce(cast(checksum as text), ''), installed_by, {}, execution_time, "
                    "case when success then 1 else 0 end from {} order by installed_rank",
                    query.utc("installed_on"), query.table),
        {}, [&](const Row& row) { take_flyway(rows, row); });
    return rows;
}

Rows read_diesel(const ForeignQuery& query) {
    return read_versions(query, "version, '', " + query.utc("run_on"), "1");
}

Rows read_prisma(const ForeignQuery& query) {
    Rows rows;
    query.connection.query(
        fmt::format("select migration_name, checksum, {}, "
                    "case when finished_at is null then 0 else 1 end from {} "
                    "where rolled_back_at is null order by started_at, migration_name",
                    query.utc("coalesce(finished_at, started_at)"), query.table),
        {}, [&](const Row& row) {
            rows.push_back({.version = row.string(0),
                            .checksum = row.string(1),
                            .applied_at = row.string(2),
                            .succeeded = row.boolean(3)});
        });
    return rows;
}

Rows read_sqlx(const ForeignQuery& query) {
    constexpr std::int64_t nanoseconds_in_millisecond = 1'000'000;
    Rows rows;
    query.connection.query(
        fmt::format("select version, description, {}, {}, execution_time, "
                    "case when success then 1 else 0 end from {} order by version",
                    query.hex("checksum"), query.utc("installed_on"), query.table),
        {}, [&](const Row& row) {
            rows.push_back({.version = row.string(0),
                            .name = row.string(1),
                            .checksum = row.string(2),
                            .applied_at = row.string(3),
                            .duration_ms = std::max<std::int64_t>(0, row.integer(4)) /
                                           nanoseconds_in_millisecond,
                            .succeeded = row.boolean(5)});
        });
    return rows;
}

Rows read_drizzle(const ForeignQuery& query) {
    Rows rows;
    query.connection.query(
        fmt::format("select hash, coalesce(created_at, 0) from {} order by created_at, id",
                    query.table),
        {}, [&](const Row& row) {
            rows.push_back(
                {.version = row.string(1), .checksum = row.string(0), .applied_at = row.string(1)});
        });
    return rows;
}

/// A change that was reworked has several lines; they are known as name, name~2 and so on.
Rows read_sqitch(const ForeignQuery& query) {
    Rows rows;
    std::map<std::string, int, std::less<>> times;
    query.connection.query(
        fmt::format("select change, committer_name, {} from {} order by committed_at, planned_at",
                    query.utc("committed_at"), query.table),
        {}, [&](const Row& row) {
            const int time = ++times[row.string(0)];
            rows.push_back(
                {.version = time == 1 ? row.string(0) : fmt::format("{}~{}", row.text(0), time),
                 .applied_at = row.string(2),
                 .applied_by = row.string(1)});
        });
    return rows;
}

Rows read_atlas(const ForeignQuery& query) {
    constexpr std::int64_t nanoseconds_in_millisecond = 1'000'000;
    Rows rows;
    query.connection.query(
        fmt::format(
            "select version, description, {}, execution_time, "
            "case when applied = total and coalesce(error, '') = '' then 1 else 0 end, type "
            "from {} where version <> '.atlas_cloud_identifier' order by version",
            query.utc("executed_at"), query.table),
        {}, [&](const Row& row) {
            constexpr std::int64_t baseline_type = 1;
            rows.push_back({.version = row.string(0),
                            .name = row.string(1),
                            .applied_at = row.string(2),
                            .duration_ms = row.integer(3) / nanoseconds_in_millisecond,
                            .succeeded = row.boolean(4),
                            .covers_older = row.integer(5) == baseline_type});
        });
    return rows;
}

Rows read_alembic(const ForeignQuery& query) {
    return read_versions(query, "version_num, 'alembic'", "1");
}

Rows read_django(const ForeignQuery& query) {
    Rows rows = read_versions(query, "app, name, " + query.utc("applied"), "id");
    for (ForeignRow& row : rows) {
        row.version = fmt::format("{}.{}", row.version, row.name);
        row.name.clear();
    }
    return rows;
}

Rows read_liquibase(const ForeignQuery& query) {
    Rows rows = read_versions(query, "id, author, " + query.utc("dateexecuted") + ", filename",
                              "orderexecuted");
    for (ForeignRow& row : rows) {
        row.version = fmt::format("{}:{}", row.version, row.name);
        row.name.clear();
    }
    return rows;
}

constexpr auto tools = std::to_array<ForeignTool>({
    {"golang-migrate", "schema_migrations", "version dirty", {}, true, read_golang_migrate},
    {"dbmate", "schema_migrations", "version", "dirty", true, read_dbmate},
    {"rails", "schema_migrations", "version", "dirty", false, read_dbmate},
    {"goose", "goose_db_version", "id version_id is_applied tstamp", {}, true, read_goose},
    {"flyway",
     "flyway_schema_history",
     "installed_rank version type script checksum success",
     {},
     true,
     read_flyway},
    {"diesel", "__diesel_schema_migrations", "version run_on", {}, true, read_diesel},
    {"prisma",
     "_prisma_migrations",
     "migration_name checksum finished_at rolled_back_at",
     {},
     true,
     read_prisma},
    {"sqlx",
     "_sqlx_migrations",
     "version description success checksum execution_time",
     {},
     true,
     read_sqlx},
    {"pop", "schema_migration", "version", {}, true, read_dbmate},
    {"drizzle", "__drizzle_migrations", "id hash created_at", {}, true, read_drizzle},
    {"sqitch",
     "changes",
     "change_id change project committed_at planned_at",
     {},
     true,
     read_sqitch},
    {"atlas",
     "atlas_schema_revisions",
     "version description applied total executed_at",
     {},
     true,
     read_atlas},
    {"alembic", "alembic_version", "version_num", {}, false, read_alembic},
    {"django", "django_migrations", "app name applied", {}, false, read_django},
    {"liquibase",
     "databasechangelog",
     "id author filename dateexecuted orderexecuted",
     {},
     false,
     read_liquibase},
});

}  // namespace

std::span<const ForeignTool> foreign_tools() noexcept {
    return tools;
}

}  // namespace keel
