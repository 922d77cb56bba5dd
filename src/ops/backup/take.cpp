#include "ops/backup/take.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/version.hpp"
#include "db/admin.hpp"
#include "db/dumper.hpp"
#include "db/inspector.hpp"
#include "db/table_archive.hpp"
#include "ops/backup/store.hpp"

namespace keel {

namespace {

/// How much of the source's size a backup is expected to take, in percent, when nothing is known.
constexpr std::uint64_t usual_share = 50;
/// What is added to the share of the newest backup.
constexpr std::uint64_t margin = 20;

std::uint64_t expected_bytes(const Listing& listing, const std::string& environment,
                             std::uint64_t source) {
    const auto is_alike = [&](const Backup& backup) {
        return backup.is_readable() && !is_of_tables(backup.manifest.content) &&
               backup.manifest.environment == environment && backup.manifest.bytes_source > 0;
    };
    const auto last = std::ranges::find_if(listing.backups, is_alike);
    if (last == listing.backups.end()) return source * usual_share / 100;
    const double share = static_cast<double>(last->manifest.bytes_new) /
                         static_cast<double>(last->manifest.bytes_source);
    return static_cast<std::uint64_t>(static_cast<double>(source) * share) * (100 + margin) / 100;
}

Connection& source_connection(OperationContext& context) {
    if (Connection* connection = context.connection_if_exists()) return *connection;
    throw Error(ErrorKind::not_found, fmt::format("there is no database at {} to back up",
                                                  context.environment().url.redacted()))
        .with_hint("make it with: keel db init");
}

Manifest describe(OperationContext& context, const TakeOptions& options, std::uint64_t source) {
    Manifest manifest;
    manifest.project = context.project().name();
    manifest.environment = context.choice().name;
    manifest.database = context.environment().url.redacted();
    if (const auto& marker = context.marker().marker) manifest.instance_id = marker->instance_id;
    manifest.label = options.label;
    manifest.note = options.note;
    manifest.reason = options.reason;
    manifest.keel_version = version();
    manifest.bytes_source = source;
    return manifest;
}

std::uint64_t source_bytes(OperationContext& context, Connection& connection,
                           const TakeOptions& options) {
    const Engine& engine = context.engine();
    const auto whole = static_cast<std::uint64_t>(engine.admin().info(connection).size_bytes);
    if (options.tables.empty()) return whole;
    std::uint64_t bytes = 0;
    for (const Table& table : engine.inspector().inspect(connection, {.sizes = true}).tables) {
        const TableName name{table.schema, table.name};
        if (std::ranges::find(options.tables, name) != options.tables.end())
            bytes += static_cast<std::uint64_t>(std::max<std::int64_t>(table.bytes, 0));
    }
    return std::min(bytes, whole);
}

}  // namespace

CommittedBackup take_backup(OperationContext& context, const TakeOptions& options) {
    const Stopwatch stopwatch;
    Connection& connection = source_connection(context);
    const Engine& engine = context.engine();
    const std::uint64_t source = source_bytes(context, connection, options);
    Repository repository = open_or_create_repository(context);
    Manifest manifest = describe(context, options, source);
    const std::uint64_t expected = expected_bytes(repository.list(), manifest.environment, source);
    const auto draft = repository.begin({.expected_bytes = expected,
                                         .environment = manifest.environment,
                                         .engine = engine.kind(),
                                         .of_tables = !options.tables.empty()},
                                        context.context());
    try {
        const DatabaseUrl& url = context.environment().url;
        manifest.content = options.tables.empty()
                               ? engine.dumper().dump(connection, url, *draft, context.context())
                               : engine.table_archive().dump(connection, url, options.tables,
                                                             *draft, context.context());
        manifest.duration_ms = stopwatch.elapsed().count();
        return draft->commit(std::move(manifest), context.context());
    } catch (const Error& error) {
        // Nothing is wrong with what is stored, and the next run can go on from it.
        if (error.kind() == ErrorKind::cancelled || error.kind() == ErrorKind::unreachable)
            draft->leave_stored();
        throw;
    }
}

}  // namespace keel
