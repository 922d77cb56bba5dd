#include "engines/sqlite/admin.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <thread>

#include "base/lock_file.hpp"
#include "base/text.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/private_files.hpp"

namespace keel::sqlite {
namespace {

constexpr auto time_between_tries = std::chrono::milliseconds(50);
constexpr std::size_t rows_named = 3;

std::filesystem::path file_of(Connection& connection) {
    return path_of(static_cast<sqlite3*>(connection.raw()));
}

class FileLock final : public DatabaseLock {
  public:
    explicit FileLock(LockFile lock) : lock_(std::move(lock)) {}

  private:
    LockFile lock_;
};

/// A database in memory belongs to its one connection.
class NoLock final : public DatabaseLock {};

std::string user_name() {
    const passwd* entry = ::getpwuid(::geteuid());
    return entry ? entry->pw_name : fmt::format("uid {}", ::geteuid());
}

Diagnostic make_finding(std::string rule, std::string message, std::string hint) {
    Diagnostic finding;
    finding.severity = Severity::error;
    finding.rule = std::move(rule);
    finding.message = std::move(message);
    finding.hint = std::move(hint);
    return finding;
}

void check_integrity(Connection& connection, bool thorough, std::vector<Diagnostic>& findings) {
    connection.query(
        thorough ? "pragma integrity_check" : "pragma quick_check", {}, [&](const Row& row) {
            if (row.text(0) == "ok") return;
            findings.push_back(make_finding("sqlite.integrity", escape_controls(row.text(0)),
                                            "restore a backup with: keel backup restore"));
        });
}

void check_references(Connection& connection, std::vector<Diagnostic>& findings) {
    struct Orphans {
        std::uint64_t count = 0;
        std::vector<std::string> rows;
    };
    std::map<std::pair<std::string, std::string>, Orphans> orphans;
    connection.query("pragma foreign_key_check", {}, [&](const Row& row) {
        auto& found = orphans[{row.string(0), row.string(2)}];
        ++found.count;
        if (found.rows.size() < rows_named && !row.is_null(1)) found.rows.push_back(row.string(1));
    });
    for (const auto& [tables, found] : orphans) {
        const auto rows = found.rows.empty()
                              ? std::string()
                              : fmt::format(" (rowid {}{})", join(found.rows, ", "),
                                            found.count > found.rows.size() ? ", …" : "");
        findings.push_back(make_finding(
            "sqlite.foreign-key",
            fmt::format("{} rows of '{}' refer to rows of '{}' that do not exist{}", found.count,
                        escape_controls(tables.first), escape_controls(tables.second), rows),
            "delete them, or add the rows they refer to"));
    }
}

}  // namespace

DatabaseIdentity SqliteAdmin::identity(Connection& connection) const {
    const auto path = file_of(connection);
    if (path.empty()) return {":memory:", ":memory:"};
    struct stat status{};
    // Not opened: closing a second descriptor would drop SQLite's locks on the file.
    if (::stat(path.c_str(), &status) != 0) throw io_error("look at", path.native());
    return {fmt::format("{}:{}", status.st_dev, status.st_ino), path.native()};
}

ServerInfo SqliteAdmin::info(Connection& connection) const {
    const auto setting = [&](std::string_view name) {
        return connection.query_text(fmt::format("pragma {}", name)).value_or("");
    };
    ServerInfo info;
    info.version = sqlite3_libversion();
    info.size_bytes = connection.query_integer("pragma page_count") *
                      connection.query_integer("pragma page_size");
    const auto path = file_of(connection);
    info.database = path.empty() ? ":memory:" : path.native();
    info.encoding = setting("encoding");
    info.user = user_name();
    for (const auto* name : {"journal_mode", "page_size", "auto_vacuum", "user_version",
                             "application_id", "freelist_count"}) {
        info.settings.emplace_back(replace_all(name, "_", " "), setting(name));
    }
    return info;
}

bool SqliteAdmin::exists(const DatabaseUrl& url) const {
    return url.is_memory() || is_there(real_path(url));
}

std::unique_ptr<DatabaseLock> SqliteAdmin::acquire_lock(Connection& connection,
                                                        const LockOptions& options,
                                                        const Context& context) const {
    const auto database = file_of(connection);
    if (database.empty()) return std::make_unique<NoLock>();
    const auto path = with_suffix(database, ".keel-lock");
    const Stopwatch waited;
    for (;;) {
        if (auto lock = LockFile::try_acquire(path, options.holder)) {
            return std::make_unique<FileLock>(std::move(*lock));
        }
        if (waited.elapsed() >= options.wait) break;
        context.check_cancelled("waiting for the lock");
        std::this_thread::sleep_for(time_between_tries);
    }
    const auto holder = LockFile::read_holder(path);
    throw Error(ErrorKind::locked,
                fmt::format("the database is in use by {}",
                            holder.empty() ? "another keel" : escape_controls(holder)))
        .with_hint("wait until it has ended, then run the command again");
}

std::vector<Diagnostic> SqliteAdmin::check(Connection& connection, bool thorough) const {
    std::vector<Diagnostic> findings;
    check_integrity(connection, thorough, findings);
    if (findings.empty()) check_references(connection, findings);
    return findings;
}

}  // namespace keel::sqlite
