#include "engines/postgres/dump.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engines/postgres/connection.hpp"
#include "engines/postgres/database_state.hpp"
#include "engines/postgres/dump_catalog.hpp"
#include "engines/postgres/inspect.hpp"
#include "engines/postgres/large_objects.hpp"
#include "engines/postgres/pg_dump.hpp"
#include "engines/postgres/rows.hpp"
#include "engines/postgres/sequences.hpp"

namespace keel::postgres {
namespace {

// Rows between two progress events.
constexpr std::uint64_t progress_rows = 8192;

int major_version(const Wire& wire) {
    return libpq().server_version(wire.raw()) / 10000;
}

class Dump {
  public:
    Dump(Connection& connection, StreamWriter& streams, const Context& context)
        : connection_(connection),
          wire_(wire_of(connection)),
          streams_(streams),
          context_(context),
          tool_(choose_pg_dump(find_pg_dumps(), major_version(*wire_))) {}

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
        const auto snapshot =
            connection_.query_text("select pg_catalog.pg_export_snapshot()").value_or("");
        write_section("pre-data", snapshot);
        for (const auto& table : tables_) write_table(table);
        write_large_objects();
        // After the rows: sequences do not follow the snapshot, and must not be behind it.
        content_.details.set("sequences", to_json(read_sequences(connection_)));
        write_section("post-data", snapshot);
    }

    void read_server() {
        content_.engine = EngineKind::postgres;
        content_.server_version =
            connection_.query_text("select pg_catalog.current_setting('server_version')")
                .value_or("");
        content_.tool_version = tool_.version;
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
        content_.details.set("tables", to_json(tables_));
        for (const auto& table : tables_) estimate_ += static_cast<std::uint64_t>(table.estimate);
    }

    void write_section(const std::string& section, const std::string& snapshot) {
        context_.progress.on({.phase = "dump", .item = section, .done = 0, .total = 0});
        const auto sink = streams_.open(section);
        run_pg_dump({.tool = tool_, .wire = *wire_, .snapshot = snapshot, .section = section},
                    *sink, context_);
        sink->finish();
    }

    void write_table(const DumpTable& table) {
        TableContent content;
        content.schema = table.schema;
        content.name = table.name;
        content.columns = table.columns;
        content.stream = fmt::format("table/{}", content_.tables.size() + 1);
        const auto stream = streams_.open(content.stream);
        BufferedSink sink(*stream);
        const auto rows = open_rows(table);
        const auto digest = digest_rows(*rows, context_, [&](std::string_view row) {
            sink.write(as_bytes(row));
            if (++done_ % progress_rows == 0) report(table.name);
        });
        sink.finish();
        report(table.name);
        content.rows = digest.rows();
        content.digest = digest.hex();
        content_.tables.push_back(std::move(content));
    }

    std::unique_ptr<RowSource> open_rows(const DumpTable& table) {
        try {
            return connection_.copy_out(table.copy_out_spec());
        } catch (Error& error) {
            error.add_trail(fmt::format("dump table {}.{}", table.schema, table.name));
            if (error.message().find("row-level security") != std::string::npos)
                error.set_hint("back up as the table's owner, or as a role with BYPASSRLS");
            throw;
        }
    }

    void report(const std::string& table) {
        context_.progress.on({.phase = "dump",
                              .item = table,
                              .done = done_,
                              .total = std::max(done_, estimate_),
                              .unit = ProgressUnit::rows});
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
    PgDumpTool tool_;
    DumpContent content_;
    std::vector<DumpTable> tables_;
    std::uint64_t done_ = 0;
    std::uint64_t estimate_ = 0;
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
    return Dump(*internal, streams, context).run();
}

}  // namespace keel::postgres
