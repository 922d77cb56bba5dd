#include "engines/sqlite/staged_guard.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/content.hpp"
#include "engines/sqlite/database.hpp"
#include "engines/sqlite/page_copy.hpp"

namespace keel::sqlite {
namespace {

LockFile acquire(const std::filesystem::path& path) {
    auto lock = LockFile::try_acquire(path, fmt::format("pid {}", ::getpid()));
    if (lock) return std::move(*lock);
    throw Error(ErrorKind::locked,
                fmt::format("'{}' is in use by {}", path.native(), LockFile::read_holder(path)));
}

std::int64_t page_size_of(const std::filesystem::path& path) {
    return Database(private_file(path)).integer("pragma page_size");
}

/// Page size of the live database if it is in WAL mode; 0 when it does not matter.
std::int64_t binding_page_size(const std::filesystem::path& live) {
    if (!is_there(live)) return 0;
    try {
        OpenOptions options;
        options.path = live;
        Database database(options);
        if (database.text("pragma journal_mode") != "wal") return 0;
        return database.integer("pragma page_size");
    } catch (const Error&) {
        return 0;  // unreadable: it will be replaced as a file, whatever its pages
    }
}

}  // namespace

StagedGuard::StagedGuard(const PrivateFiles& files)
    : path_(files.lock()), lock_(acquire(files.lock())) {}

StagedGuard::~StagedGuard() {
    ::unlink(path_.c_str());
}

bool is_alive(const PrivateFiles& files) {
    if (!is_there(files.lock())) return false;
    return !LockFile::try_acquire(files.lock(), "looking for leftovers");
}

bool needs_page_size(const PrivateFiles& files, const std::filesystem::path& live) {
    const auto wanted = binding_page_size(live);
    return wanted != 0 && wanted != page_size_of(files.staged());
}

void match_page_size(const PrivateFiles& files, const std::filesystem::path& live) {
    const auto wanted = binding_page_size(live);
    if (wanted == 0 || wanted == page_size_of(files.staged())) return;
    copy_resized(files.staged(), files.resized(), wanted);
    remove_database(files.staged());
    std::filesystem::rename(files.resized(), files.staged());
    sync_directory(files.staged().parent_path());
}

bool match_page_size_compared(const PrivateFiles& files, const std::filesystem::path& live,
                              const Context& context) {
    if (!needs_page_size(files, live)) return false;
    const auto before = digest_content(files.staged(), context);
    match_page_size(files, live);
    if (digest_content(files.staged(), context) == before) return true;
    throw Error(ErrorKind::integrity,
                "the new database did not keep its rows when it was given the page size of the one "
                "that it replaces")
        .with_hint("nothing was changed");
}

}  // namespace keel::sqlite
