#include "engines/sqlite/dump.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/file.hpp"
#include "db/transaction.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/connection.hpp"
#include "engines/sqlite/content.hpp"
#include "engines/sqlite/handles.hpp"
#include "engines/sqlite/page_copy.hpp"
#include "engines/sqlite/page_snapshot.hpp"
#include "engines/sqlite/private_files.hpp"

namespace keel::sqlite {
namespace {

constexpr std::size_t block_size = 1 << 20;
constexpr std::string_view stream_name = "database";

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

bool is_unchanged(const DumpContent* before, const Json& stamp) {
    const Json* known = before ? before->details.find("stamp") : nullptr;
    // The manifest keeps members in another order.
    return known && !stamp.is_null() && known->canonical() == stamp.canonical();
}

/// Returns how many bytes there are. They are read once: what is stored, and what is counted.
std::uint64_t dump_pages(Connection& connection, const PageSnapshot& pages, StreamWriter& streams,
                         DumpContent& content, const Context& context) {
    const auto sink = streams.open_paged(stream_name, pages.page_size());
    const std::uint64_t total = std::uint64_t{pages.page_count()} * pages.page_size();
    const auto at_once = static_cast<std::uint32_t>(block_size / pages.page_size());
    std::vector<std::byte> block(block_size);
    LeafCells leaves(pages.page_count());
    std::uint64_t done = 0;
    for (std::uint32_t first = 1; first <= pages.page_count(); first += at_once) {
        context.check_cancelled("backup");
        const std::uint32_t count = std::min(at_once, pages.page_count() - first + 1);
        const auto bytes = std::span(block).first(count * pages.page_size());
        pages.read(first, bytes);
        for (std::uint32_t i = 0; i < count; ++i)
            leaves.see(first + i, bytes.subspan(i * pages.page_size(), pages.page_size()));
        sink->write(bytes);
        done += bytes.size();
        context.progress.on({.phase = "store",
                             .item = stream_name,
                             .done = done,
                             .total = total,
                             .unit = ProgressUnit::bytes});
    }
    sink->finish();
    content = read_content(connection, pages, &leaves);
    return done;
}

/// Where its pages cannot be read one by one, SQLite copies the database.
std::uint64_t dump_copy(Connection& connection, StreamWriter& streams, DumpContent& content,
                        const Context& context) {
    // With a read transaction open all steps of the copy see one state, however long others write.
    std::optional<Transaction> snapshot;
    if (!connection.in_transaction()) {
        snapshot.emplace(connection,
                         TransactionOptions{.read_only = true, .isolation = {}, .snapshot = {}});
    } else {
        connection.query_text("select 1 from sqlite_schema limit 1");
    }
    const StagedCopy copy(streams.staging_directory() / "database.db");
    {
        const auto target = open_scratch(copy.path());
        copy_pages(static_cast<sqlite3*>(connection.raw()), target.get(), {.phase = "copy"},
                   context);
    }
    if (snapshot) snapshot->rollback();
    SqliteConnection copied(private_file(copy.path()));
    auto pages = PageSnapshot::take(copied);
    if (!pages) throw Error(ErrorKind::internal, "the pages of a copied database cannot be read");
    return dump_pages(copied, *pages, streams, content, context);
}

}  // namespace

DumpContent SqliteDumper::dump(Connection& connection, const DatabaseUrl& url,
                               StreamWriter& streams, const Context& context) const {
    static_cast<void>(url);  // the connection is the one source of what is dumped
    context.check_cancelled("backup");
    refuse_uncommitted(static_cast<sqlite3*>(connection.raw()));
    const auto mode = connection.query_text("pragma journal_mode").value_or("");
    DumpContent content;
    auto pages = PageSnapshot::take(connection);
    if (!pages) {
        const std::uint64_t bytes = dump_copy(connection, streams, content, context);
        content.details.set("bytes", bytes).set("journal_mode", mode);
        return content;
    }
    const Json stamp = pages->stamp();
    if (is_unchanged(streams.previous(), stamp)) {
        pages->end();
        streams.keep(stream_name);
        return *streams.previous();
    }
    const std::uint64_t bytes = dump_pages(connection, *pages, streams, content, context);
    pages->end();
    content.details.set("bytes", bytes).set("journal_mode", mode).set("stamp", stamp);
    return content;
}

}  // namespace keel::sqlite
