#include "ops/kit/marker.hpp"

#include <fmt/format.h>

#include <array>
#include <map>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/dialect.hpp"
#include "db/inspector.hpp"
#include "db/transaction.hpp"

namespace keel {
namespace {

EnvironmentKind kind_from(std::string_view text) noexcept {
    for (const auto kind : {EnvironmentKind::development, EnvironmentKind::test,
                            EnvironmentKind::staging, EnvironmentKind::production}) {
        if (to_string(kind) == text) return kind;
    }
    return EnvironmentKind::other;
}

std::map<std::string, std::string, std::less<>> read_all(Connection& connection,
                                                         const Engine& engine) {
    std::map<std::string, std::string, std::less<>> values;
    if (!engine.inspector().has_internal_table(connection, "meta")) return values;
    const auto sql =
        fmt::format("select key, value from {}", engine.dialect().internal_table("meta"));
    connection.query(sql, {}, [&](const Row& row) { values[row.string(0)] = row.string(1); });
    return values;
}

/// A SQLite file keeps its identity when it is moved (inode) or written anew in its place (path); a
/// PostgreSQL database only through its server's system identifier and its oid.
bool is_same_place(EngineKind engine, const DatabaseIdentity& marked, const DatabaseIdentity& now) {
    if (marked.bound == now.bound) return true;
    return engine == EngineKind::sqlite && marked.location == now.location;
}

void ensure_meta_table(Connection& connection, const Engine& engine) {
    if (engine.inspector().has_internal_table(connection, "meta")) return;
    for (const auto& statement : engine.dialect().internal_setup()) connection.execute(statement);
    connection.execute(
        fmt::format("create table if not exists {} (key text primary key, value text not null)",
                    engine.dialect().internal_table("meta")));
}

void upsert(Connection& connection, const Engine& engine, std::string_view key,
            std::string_view value) {
    const std::array<Value, 2> params = {std::string(key), std::string(value)};
    connection.execute(fmt::format("insert into {} (key, value) values ($1, $2) "
                                   "on conflict (key) do update set value = excluded.value",
                                   engine.dialect().internal_table("meta")),
                       params);
}

/// Runs `work` inside the open transaction, or inside one of its own.
template <typename Work>
void atomically(Connection& connection, const Work& work) {
    if (connection.in_transaction()) {
        work();
        return;
    }
    Transaction transaction(connection);
    work();
    transaction.commit();
}

std::string describe_mismatch(const Marker& marker, const Environment& environment, bool is_copy) {
    return fmt::format("configuration says '{}', the database says it is {}'{}'{}",
                       environment.name, is_copy ? "a copy of " : "", marker.environment,
                       marker.project.empty() ? "" : fmt::format(" of {}", marker.project));
}

}  // namespace

std::optional<Marker> read_marker(Connection& connection, const Engine& engine) {
    auto values = read_all(connection, engine);
    if (!values.contains("environment")) return std::nullopt;
    Marker marker;
    marker.project = values["project"];
    marker.environment = values["environment"];
    marker.kind = kind_from(values["kind"]);
    // Whatever is not plainly "false" counts as protected: a damaged marker must not open a door.
    marker.is_protected = values["protected"] != "false";
    marker.instance_id = values["instance_id"];
    marker.bound = {.bound = values["bound_identity"], .location = values["bound_location"]};
    marker.stamped_at = values["stamped_at"];
    return marker;
}

MarkerCheck check_marker(Connection& connection, const Engine& engine,
                         const Environment& environment) {
    MarkerCheck check;
    check.marker = read_marker(connection, engine);
    check.is_protected = environment.is_protected;
    if (!check.marker) return check;
    const Marker& marker = *check.marker;
    check.is_protected = check.is_protected || marker.is_protected;
    const bool here =
        is_same_place(engine.kind(), marker.bound, engine.admin().identity(connection));
    const bool same_name = marker.environment == environment.name;
    if (same_name && here) {
        check.state = MarkerState::match;
    } else if (same_name && !check.is_protected) {
        check.state = MarkerState::moved;
    } else {
        check.state = here ? MarkerState::mismatch : MarkerState::copy;
        check.explanation = describe_mismatch(marker, environment, !here);
    }
    return check;
}

void stamp_marker(Connection& connection, const Engine& engine, const Environment& environment,
                  std::string_view project, bool new_instance, TimePoint now,
                  std::string_view location) {
    auto identity = engine.admin().identity(connection);
    if (!location.empty()) identity.location = location;
    atomically(connection, [&] {
        ensure_meta_table(connection, engine);
        const auto instance = read_meta(connection, engine, "instance_id");
        const auto stamp = [&](std::string_view key, std::string_view value) {
            upsert(connection, engine, key, value);
        };
        stamp("format", "1");
        stamp("project", project);
        stamp("environment", environment.name);
        stamp("kind", to_string(environment.kind));
        stamp("protected", environment.is_protected ? "true" : "false");
        stamp("instance_id", instance && !new_instance ? *instance : new_uuid());
        stamp("bound_identity", identity.bound);
        stamp("bound_location", identity.location);
        stamp("stamped_at", format_utc(now));
    });
}

std::optional<std::string> read_meta(Connection& connection, const Engine& engine,
                                     std::string_view key) {
    if (!engine.inspector().has_internal_table(connection, "meta")) return std::nullopt;
    const std::array<Value, 1> params = {std::string(key)};
    return connection.query_text(
        fmt::format("select value from {} where key = $1", engine.dialect().internal_table("meta")),
        params);
}

void write_meta(Connection& connection, const Engine& engine, std::string_view key,
                std::string_view value) {
    atomically(connection, [&] {
        ensure_meta_table(connection, engine);
        upsert(connection, engine, key, value);
    });
}

}  // namespace keel
