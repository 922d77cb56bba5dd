#include "engines/postgres/dump.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "base/crew.hpp"
#include "engines/postgres/connection.hpp"
#include "engines/postgres/database_state.hpp"
#include "engines/postgres/definitions.hpp"
#include "engines/postgres/dump_catalog.hpp"
#include "engines/postgres/inspect.hpp"
#include "engines/postgres/large_objects.hpp"
#include "engines/postgres/pg_dump.hpp"
#include "engines/postgres/post_data.hpp"
#include "engines/postgres/post_data_build.hpp"
#include "engines/postgres/rows.hpp"
#include "engines/postgres/sequences.hpp"
#include "engines/postgres/table_rows.hpp"
#include "engines/postgres/urgency.hpp"
#include "engines/postgres/worker_sessions.hpp"

namespace keel::postgres {
namespace {

constexpr std::uint64_t most_urgent = std::numeric_limits<std::uint64_t>::max();

int major_version(const Wire& wire) {
    return libpq().server_version(wire.raw()) / 10000;
}

class Dump {
  public:
    struct Parts {
        Connection& connection;
        const DatabaseUrl& url;  ///< for the sessions beside it
        bool ignore_ambient = false;
        StreamWriter& streams;
        const Context& context;
    };
    explicit Dump(const Parts& parts)
        : connection_(parts.connection),
          wire_(wire_of(parts.connection)),
          streams_(parts.streams),
          context_(parts.context),
          crew_(usual_workers(), parts.context.stop),
          sessions_(crew_.size(), crew_.stop(),
                    [this, parts] { return another(parts.url, parts.ignore_ambient); }),
          tool_(fit_pg_dump(major_version(*wire_))),
          rows_({.crew = crew_, .sources = sessions_, .streams = streams_, .context = context_}) {}

    DumpContent run() {
        connection_.begin({.read_only = true, .isolation = Isolation::repeatable_read});
        try {
            read();
        } catch (const Error&) {
            if (connection_.is_usable()) connection_.rollback();
            throw;
        }
        connection_.rollback();  // it only read
        return std::move(content_);
    }

  private:
    void read() {
        set_dump_settings(connection_, true);
        read_server();
        tables_ = read_dump_tables(connection_);
        lock_and_list();
        content_.details.set("keys", to_json(read_key_indexes(connection_)))
            .set("root_statistics", has_root_statistics(connection_));
        snapshot_ = connection_.query_text("select pg_catalog.pg_export_snapshot()").value_or("");
        write_tables();
        write_large_objects();
        // After the rows: sequences do not follow the snapshot, and must not be behind it.
        content_.details.set("sequences", to_json(read_sequences(connection_)));
    }

    /// A session that sees the same state, for a worker.
    std::unique_ptr<Connection> another(const DatabaseUrl& url, bool ignore_ambient) const {
        ConnectOptions options;
        options.url = url;
        options.ignore_ambient = ignore_ambient;
        const auto outer = connect(options);
        auto session = internal_connection(*outer);
        session->begin(
            {.read_only = true, .isolation = Isolation::repeatable_read, .snapshot = snapshot_});
        set_dump_settings(*session, true);
        return session;
    }

    void read_server() {
        content_.engine = EngineKind::postgres;
        content_.server_version =
            connection_.query_text("select pg_catalog.current_setting('server_version')")
                .value_or("");
        content_.tool_version = writer_of(tool_);
        content_.schema_fingerprint = PostgresInspector().fingerprint(connection_);
        const auto name =
            connection_.query_text("select pg_catalog.current_database()").value_or("");
        content_.details.set("database", read_database_state(connection_, name).value_or(Json()));
        const auto has_public = connection_.query_text(
            "select 1 from pg_catalog.pg_namespace where nspname = 'public'");
        content_.details.set("has_public", has_public.has_value());
    }

    void lock_and_list() {
        lock_tables(connection_, tables_);
        rows_.plan(tables_, has_page_ranges(connection_));
        content_.details.set("tables", to_json(tables_));
    }

    void write_section(const std::string& section) {
        context_.progress.on({.phase = "dump", .item = section, .done = 0, .total = 0});
        const auto sink = streams_.open(section);
        run_pg_dump({.tool = *tool_, .wire = *wire_, .snapshot = snapshot_, .section = section},
                    *sink, context_);
        sink->finish();
    }

    void write_own_definitions() {
        const auto definitions = write_definitions(connection_);
        write_text("pre-data", definitions.pre_data);
        write_text("post-data", definitions.post_data);
    }

    void write_text(std::string_view name, std::string_view text) {
        const auto sink = streams_.open(name);
        sink->write(as_bytes(text));
        sink->finish();
    }

    /// The definitions are written beside the rows.
    void write_tables() {
        if (tool_)
            crew_.add(most_urgent, [this](std::size_t) {
                write_section("pre-data");
                write_section("post-data");
            });
        else
            write_own_definitions();
        rows_.start(tables_);
        crew_.run();
        sessions_.close();
        content_.tables = rows_.content(tables_);
    }

    void write_large_objects() {
        const auto stream = streams_.open("large-objects");
        BufferedSink sink(*stream);
        const auto digest = dump_large_objects(connection_, sink, context_);
        sink.finish();
        content_.details.set("large_objects", digest.hex());
    }

    Connection& connection_;
    std::shared_ptr<Wire> wire_;
    StreamWriter& streams_;
    const Context& context_;
    Crew crew_;
    WorkerSessions sessions_;
    std::optional<PgDumpTool> tool_;
    std::string snapshot_;
    DumpContent content_;
    std::vector<DumpTable> tables_;
    TableRowsWriter rows_;
};

}  // namespace

DumpContent PostgresDumper::dump(Connection& connection, const DatabaseUrl& url,
                                 StreamWriter& streams, const Context& context) const {
    std::unique_ptr<Connection> own;
    if (connection.in_transaction()) {  // whose snapshot is not ours to use
        ConnectOptions options;
        options.url = url;
        options.ignore_ambient = options_.ignore_ambient;
        own = connect(options);
    }
    const auto internal = internal_connection(own ? *own : connection);
    const CancelOnStop cancel(context.stop, *internal);
    return Dump({.connection = *internal,
                 .url = url,
                 .ignore_ambient = options_.ignore_ambient,
                 .streams = streams,
                 .context = context})
        .run();
}

}  // namespace keel::postgres
