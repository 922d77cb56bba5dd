#include <fmt/format.h>

#include <map>

#include "base/error.hpp"
#include "base/file.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/admin.hpp"
#include "engines/sqlite/private_files.hpp"
#include "engines/sqlite/replacement.hpp"
#include "engines/sqlite/staged_guard.hpp"

namespace keel::sqlite {
namespace {

/// Run ids of the private files beside `database`.
std::vector<std::string> runs_beside(const std::filesystem::path& database) {
    const auto prefix = fmt::format(".{}.keel-", database.filename().native());
    std::map<std::string, bool> runs;
    std::error_code code;
    std::filesystem::directory_iterator entries(database.parent_path(), code);
    if (code) return {};
    for (const auto& entry : entries) {
        const auto name = entry.path().filename().native();
        if (!name.starts_with(prefix)) continue;
        auto run = name.substr(prefix.size());
        run = run.substr(0, run.find('.'));
        for (const auto* suffix : {"-wal", "-shm", "-journal"}) {
            if (run.ends_with(suffix)) run.resize(run.size() - std::string_view(suffix).size());
        }
        runs[run] = true;
    }
    std::vector<std::string> result;
    for (const auto& entry : runs) result.push_back(entry.first);
    return result;
}

bool has_replaced(const PrivateFiles& files) {
    for (const auto& file : side_files(files.replaced())) {
        if (is_there(file)) return true;
    }
    return is_there(files.replaced());
}

bool has_staged(const PrivateFiles& files) {
    for (const auto& file : side_files(files.staged())) {
        if (is_there(file)) return true;
    }
    return is_there(files.staged()) || is_there(files.resized()) || is_there(files.lock());
}

Leftover make_leftover(Leftover::Kind kind, const std::filesystem::path& name,
                       const std::string& run, std::string advice) {
    return {kind, name.native(), run, std::move(advice)};
}

}  // namespace

std::vector<Leftover> SqliteAdmin::find_leftovers(const DatabaseUrl& url) const {
    std::vector<Leftover> found;
    if (url.is_memory()) return found;
    const auto database = real_path(url);
    for (const auto& run : runs_beside(database)) {
        const PrivateFiles files(database, run);
        if (is_alive(files)) continue;
        if (is_there(files.intent())) {
            found.push_back(make_leftover(Leftover::Kind::unfinished_swap, files.intent(), run,
                                          "finishes putting the restored database in its place"));
        } else if (has_staged(files)) {
            found.push_back(make_leftover(Leftover::Kind::staged, files.staged(), run,
                                          "removes the half-restored copy"));
        }
        if (has_replaced(files)) {
            found.push_back(make_leftover(Leftover::Kind::replaced, files.replaced(), run,
                                          "removes the damaged database that a restore replaced"));
        }
    }
    return found;
}

void SqliteAdmin::resolve(const DatabaseUrl& url, const Leftover& leftover) const {
    const auto database = real_path(url);
    const PrivateFiles files(database, leftover.run_id);
    if (is_alive(files)) {
        throw Error(ErrorKind::locked, fmt::format("'{}' is still being worked on", leftover.name));
    }
    switch (leftover.kind) {
        case Leftover::Kind::unfinished_swap:
            finish_replacement(files, database);
            break;
        case Leftover::Kind::staged:
            break;
        case Leftover::Kind::replaced:
            return remove_database(files.replaced());
    }
    files.remove_staged();
    remove_durably(files.lock());
}

}  // namespace keel::sqlite
