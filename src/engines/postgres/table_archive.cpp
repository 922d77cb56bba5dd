#include "engines/postgres/table_archive.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/crew.hpp"
#include "base/text.hpp"
#include "db/transaction.hpp"
#include "engines/postgres/connection.hpp"
#include "engines/postgres/database_state.hpp"
#include "engines/postgres/dump_catalog.hpp"
#include "engines/postgres/rows.hpp"
#include "engines/postgres/schema_read.hpp"
#include "engines/postgres/sequences.hpp"
#include "engines/postgres/staging.hpp"
#include "engines/postgres/table_parts.hpp"
#include "engines/postgres/table_restore.hpp"
#include "engines/postgres/table_rows.hpp"
#include "engines/postgres/urgency.hpp"
#include "engines/postgres/worker_sessions.hpp"

namespace keel::postgres {
namespace {

class TableDump {
  public:
    TableDump(const ConnectOptions& options, std::span<const TableName> wanted,
              StreamWriter& streams, const Context& context)
        : options_(options),
          wanted_(wanted),
          streams_(streams),
          context_(context),
          crew_(usual_workers(), context.stop),
          sessions_(crew_.size(), crew_.stop(), [this] { return another(); }),
          connection_(open()),
          cancel_(crew_.stop(), *connection_),
          rows_({.crew = crew_, .sources = sessions_, .streams = streams_, .context = context_}) {}

    DumpContent run() {
        connection_->begin({.read_only = true, .isolation = Isolation::repeatable_read});
        set_dump_settings(*connection_, true);
        mark_as_of_tables(content_);
        content_.engine = EngineKind::postgres;
        content_.server_version =
            connection_->query_text("select pg_catalog.current_setting('server_version')")
                .value_or("");
        read_schemas();
        lock_tables(*connection_, tables_);
        content_.details.set("tables", to_json(tables_));
        snapshot_ = connection_->query_text("select pg_catalog.pg_export_snapshot()").value_or("");
        write_tables();
        write_sequences();
        return std::move(content_);
    }

  private:
    std::unique_ptr<Connection> open() const {
        const auto outer = connect(options_);
        return internal_connection(*outer);
    }

    std::unique_ptr<Connection> another() const {
        auto session = open();
        session->begin(
            {.read_only = true, .isolation = Isolation::repeatable_read, .snapshot = snapshot_});
        set_dump_settings(*session, true);
        return session;
    }

    void read_schemas() {
        const auto model = read_schema(*connection_);
        const auto known = read_named_tables(*connection_);
        for (const auto& table : wanted_) chosen_.insert(key_of(known, table));
        chosen_ = with_partitions(model, std::move(chosen_));
        auto parts = parts_of(model, chosen_);
        parts.merge(needs_of(model, parts));
        model_ = only(model, parts);
        std::vector<NamedTable> named;
        for (const auto& table : known) {
            if (!chosen_.contains(table.key)) continue;
            named.push_back(table);
            names_.push_back(table.table);
        }
        content_.details.set("schema", to_json(model_)).set("named", to_json(named));
        keep_chosen();
    }

    static std::string key_of(std::span<const NamedTable> known, const TableName& table) {
        for (const auto& candidate : known)
            if (candidate.table == table) return candidate.key;
        throw Error(ErrorKind::not_found,
                    fmt::format("there is no table '{}.{}' that can be backed "
                                "up alone",
                                table.schema, table.name))
            .with_hint("list the tables with: keel inspect --tables");
    }

    void keep_chosen() {
        for (auto& table : read_dump_tables(*connection_)) {
            const TableName name{table.schema, table.name};
            if (std::ranges::find(names_, name) != names_.end())
                tables_.push_back(std::move(table));
        }
        rows_.plan(tables_, has_page_ranges(*connection_));
    }

    void write_tables() {
        rows_.start(tables_);
        crew_.run();
        sessions_.close();
        content_.tables = rows_.content(tables_);
    }

    /// After the rows: sequences do not follow the snapshot, and must not be behind it.
    void write_sequences() {
        const auto used = read_table_sequences(*connection_, names_, TableSequences::used);
        content_.details.set("sequences", to_json(used));
    }

    ConnectOptions options_;
    std::span<const TableName> wanted_;
    StreamWriter& streams_;
    const Context& context_;
    Crew crew_;
    WorkerSessions sessions_;
    std::unique_ptr<Connection> connection_;
    CancelOnStop cancel_;
    std::string snapshot_;
    DumpContent content_;
    Keys chosen_;
    std::vector<TableName> names_;  ///< of those
    SchemaModel model_;
    std::vector<DumpTable> tables_;
    TableRowsWriter rows_;
};

}  // namespace

std::vector<TableName> PostgresTableArchive::list(Connection& connection) const {
    std::vector<TableName> tables;
    const auto internal = internal_connection(connection);
    for (auto& named : read_named_tables(*internal)) tables.push_back(std::move(named.table));
    return tables;
}

DumpContent PostgresTableArchive::dump(Connection& connection, const DatabaseUrl& url,
                                       std::span<const TableName> tables, StreamWriter& streams,
                                       const Context& context) const {
    static_cast<void>(connection);  // its snapshot may be a transaction's that is not ours to use
    ConnectOptions options;
    options.url = url;
    options.ignore_ambient = options_.ignore_ambient;
    return TableDump(options, tables, streams, context).run();
}

std::unique_ptr<TableRestorer> PostgresTableArchive::prepare(const TableRestore& restore,
                                                             const Context& context) const {
    return make_table_restorer(restore, options_, context);
}

StagedDatabase PostgresTableArchive::stage(const TableRestore& restore,
                                           const Context& context) const {
    const StageOptions place{.target = restore.target, .run_id = restore.run_id};
    Staging staging(place, options_, context);
    auto& maintenance = staging.maintenance();
    auto state = read_database_state(maintenance, Server(restore.target, options_).database());
    if (!state) state = read_database_state(maintenance, "template1");
    staging.create(state.value_or(Json()));
    const auto connection = staging.connect();
    const CancelOnStop cancel(context.stop, *connection);
    const auto restorer = prepare(restore, context);
    restorer->run(*connection, {.tables = restorer->known(), .without_references = true});
    return staging.keep();
}

}  // namespace keel::postgres
