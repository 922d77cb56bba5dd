#include "engines/sqlite/dump.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <optional>

#include "base/file.hpp"
#include "db/transaction.hpp"
#include "engines/sqlite/content.hpp"
#include "engines/sqlite/handles.hpp"
#include "engines/sqlite/page_copy.hpp"
#include "engines/sqlite/private_files.hpp"

namespace keel::sqlite {
namespace {

constexpr std::size_t block_size = 1 << 20;

/// The staged copy, removed as soon as it is no longer needed: it is as large as the database.
class StagedCopy {
  public:
    explicit StagedCopy(std::filesystem::path path) : path_(std::move(path)) {}
    ~StagedCopy() {
        try {
            remove_database(path_);
        } catch (const std::exception&) {
            // The staging directory is removed as a whole afterwards.
            return;
        }
    }
    StagedCopy(const StagedCopy&) = delete;
    StagedCopy& operator=(const StagedCopy&) = delete;
    const std::filesystem::path& path() const noexcept { return path_; }

  private:
    std::filesystem::path path_;
};

/// Changes of an open transaction would be copied too, and could still be rolled back.
void refuse_uncommitted(sqlite3* source) {
    if (sqlite3_txn_state(source, "main") != SQLITE_TXN_WRITE) return;
    throw Error(ErrorKind::internal,
                "a database cannot be backed up inside its own write transaction");
}

void copy_snapshot(Connection& connection, const std::filesystem::path& path,
                   const Context& context) {
    // With a read transaction open all steps of the copy see one state, however long others write.
    std::optional<Transaction> snapshot;
    if (!connection.in_transaction()) {
        snapshot.emplace(connection,
                         TransactionOptions{.read_only = true, .isolation = {}, .snapshot = {}});
    } else {
        connection.query_text("select 1 from sqlite_schema limit 1");
    }
    const auto copy = open_scratch(path);
    copy_pages(static_cast<sqlite3*>(connection.raw()), copy.get(), {.phase = "copy"}, context);
    if (snapshot) snapshot->rollback();
}

std::uint64_t stream_file(const std::filesystem::path& path, ByteSink& sink,
                          const Context& context) {
    const auto source = open_file_source(path);
    const auto total = std::filesystem::file_size(path);
    std::vector<std::byte> block(block_size);
    std::uint64_t done = 0;
    for (auto size = source->read(block); size > 0; size = source->read(block)) {
        context.check_cancelled("backup");
        sink.write(std::span(block).first(size));
        done += size;
        context.progress.on({.phase = "store",
                             .item = "database",
                             .done = done,
                             .total = total,
                             .unit = ProgressUnit::bytes});
    }
    sink.finish();
    return done;
}

}  // namespace

DumpContent SqliteDumper::dump(Connection& connection, const DatabaseUrl& url,
                               StreamWriter& streams, const Context& context) const {
    static_cast<void>(url);  // the connection is the one source of what is dumped
    refuse_uncommitted(static_cast<sqlite3*>(connection.raw()));
    const StagedCopy copy(streams.staging_directory() / "database.db");
    copy_snapshot(connection, copy.path(), context);
    auto content = read_content(copy.path(), context);
    content.details.set("journal_mode", connection.query_text("pragma journal_mode").value_or(""));
    const auto sink = streams.open("database");
    content.details.set("bytes", stream_file(copy.path(), *sink, context));
    return content;
}

}  // namespace keel::sqlite
