#include "engines/sqlite/table_archive.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/text.hpp"
#include "db/transaction.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/connection.hpp"
#include "engines/sqlite/content.hpp"
#include "engines/sqlite/page_copy.hpp"
#include "engines/sqlite/private_files.hpp"
#include "engines/sqlite/saved_tables.hpp"
#include "engines/sqlite/staged_guard.hpp"
#include "engines/sqlite/table_restore.hpp"

namespace keel::sqlite {
namespace {

Error no_such_table(Connection& connection, const std::string& name) {
    return Error(ErrorKind::not_found,
                 fmt::format("there is no table '{}' that can be backed up alone{}", name,
                             did_you_mean(name, user_tables(connection))))
        .with_hint("list the tables with: keel inspect --tables");
}

TableContent dump_rows(Connection& connection, const TableContent& described,
                       const std::string& stream, StreamWriter& streams, const Context& context) {
    TableContent content = described;
    content.stream = stream;
    const auto stored = streams.open(stream);
    RowStreamWriter sink(*stored);
    const auto rows = open_rows(connection, content);
    const RowDigest digest = move_rows(*rows, &sink, content.name, context);
    sink.finish();
    content.rows = digest.rows();
    content.digest = digest.hex();
    return content;
}

}  // namespace

std::vector<TableName> SqliteTableArchive::list(Connection& connection) const {
    std::vector<TableName> tables;
    for (auto& name : user_tables(connection)) tables.push_back({{}, std::move(name)});
    return tables;
}

DumpContent SqliteTableArchive::dump(Connection& connection, const DatabaseUrl& url,
                                     std::span<const TableName> tables, StreamWriter& streams,
                                     const Context& context) const {
    static_cast<void>(url);  // the connection is the one source of what is dumped
    const CancelOnStop cancel(context.stop, connection);
    const Transaction snapshot(connection, {.read_only = true, .isolation = {}, .snapshot = {}});
    DumpContent content;
    content.engine = EngineKind::sqlite;
    content.server_version = sqlite3_libversion();
    mark_as_of_tables(content);
    Json definitions = Json::array();
    for (const auto& table : tables) {
        const auto saved = read_saved_table(connection, table.name);
        if (!saved) throw no_such_table(connection, table.name);
        const auto stream = fmt::format("table/{}", content.tables.size() + 1);
        content.tables.push_back(dump_rows(connection, saved->content, stream, streams, context));
        definitions.push_back(to_json(*saved));
    }
    content.details.set("definitions", std::move(definitions));
    return content;
}

std::unique_ptr<TableRestorer> SqliteTableArchive::prepare(const TableRestore& restore,
                                                           const Context& context) const {
    return make_table_restorer(restore, context);
}

StagedDatabase SqliteTableArchive::stage(const TableRestore& restore,
                                         const Context& context) const {
    const PrivateFiles files(real_path(restore.target), restore.run_id);
    StagedDatabase result{restore.target.with_path(files.staged()), restore.target, restore.run_id,
                          std::make_shared<StagedGuard>(files)};
    open_scratch(files.staged());
    try {
        SqliteConnection connection(open_options(result.url, false));
        const auto restorer = prepare(restore, context);
        restorer->run(connection, {.tables = restorer->known(), .without_references = true});
    } catch (...) {
        files.remove_staged();
        throw;
    }
    return result;
}

}  // namespace keel::sqlite
