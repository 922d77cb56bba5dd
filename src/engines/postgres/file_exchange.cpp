#include "engines/postgres/file_exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <thread>

#include "base/file.hpp"
#include "base/mapped_file.hpp"
#include "base/text.hpp"
#include "engines/postgres/connection.hpp"
#include "engines/postgres/database_state.hpp"
#include "engines/postgres/dialect.hpp"
#include "engines/postgres/pg_dump.hpp"
#include "engines/postgres/restore_schema.hpp"
#include "engines/postgres/staging.hpp"
#include "engines/postgres/worker_sessions.hpp"

namespace keel::postgres {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view archive_magic = "PGDMP";

std::string head_of(const fs::path& path) {
    const auto source = open_file_source(path);
    std::string head(archive_magic.size(), '\0');
    const auto got = source->read(std::as_writable_bytes(std::span(head)));
    head.resize(got);
    return head;
}

int major_version(Wire& wire) {
    return libpq().server_version(wire.raw()) / 10'000;
}

/// The statements of a plain dump, in the transactions that are ours to make.
void run_plain(Connection& connection, const fs::path& path, const Context& context) {
    const MappedFile file(path);
    try {
        auto statements = wanted_statements(connection, file.text());
        const PostgresDialect dialect;
        std::erase_if(statements, [&](const Statement& statement) {
            return dialect.controls_transaction(statement.text);
        });
        run_schema(connection, statements, path.filename().native(), context);
    } catch (Error& error) {
        SourcePosition where = error.where();
        where.file = path.native();
        error.set_where(std::move(where));
        throw;
    }
}

}  // namespace

std::optional<FileForm> PostgresFileExchange::form_of(const fs::path& path) const {
    if (fs::is_directory(path)) {
        if (fs::exists(path / "toc.dat")) return FileForm::directory;
        return std::nullopt;
    }
    if (head_of(path) == archive_magic) return FileForm::custom;
    if (path.extension() == ".sql") return FileForm::sql;
    return std::nullopt;
}

ImportedDatabase PostgresFileExchange::stage(const ImportFile& import, const StageOptions& options,
                                             const Context& context) const {
    const auto& file = import.path;
    if (import.salvages)
        throw Error(ErrorKind::unsupported, "only SQLite databases can be salvaged")
            .with_hint("restore a backup: keel backup list");
    const auto form = form_of(file);
    if (!form)
        throw Error(
            ErrorKind::invalid_input,
            fmt::format("'{}' is neither an archive of pg_dump nor SQL text", file.native()));
    Staging staging(options, options_, context);
    auto& maintenance = staging.maintenance();
    auto state = read_database_state(maintenance, Server(options.target, options_).database());
    if (!state) state = read_database_state(maintenance, "template1");
    staging.create(state.value_or(Json()));
    const auto connection = staging.connect();
    const CancelOnStop cancel(context.stop, *connection);
    if (*form == FileForm::sql) {
        run_plain(*connection, file, context);
    } else {
        const auto wire = wire_of(*connection);
        run_pg_restore({.wire = *wire, .archive = file, .jobs = usual_workers()}, context);
    }
    connection->execute("analyze");
    return {.staged = staging.keep()};
}

void PostgresFileExchange::write(const DatabaseUrl& database, FileForm form, const fs::path& file,
                                 const Context& context) const {
    ConnectOptions options;
    options.url = database;
    options.ignore_ambient = options_.ignore_ambient;
    const auto connection = connect(options);
    const auto wire = wire_of(*connection);
    const auto tool = choose_pg_dump(find_pg_dumps(), major_version(*wire));
    AtomicFile target(file, 0600, false);
    run_pg_dump({.tool = tool,
                 .wire = *wire,
                 .snapshot = {},
                 .section = {},
                 .format = form == FileForm::custom ? "custom" : "plain"},
                target, context);
    target.finish();
}

}  // namespace keel::postgres
