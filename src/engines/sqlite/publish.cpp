#include <fmt/format.h>
#include <unistd.h>

#include "base/file.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/admin.hpp"
#include "engines/sqlite/database.hpp"
#include "engines/sqlite/page_copy.hpp"
#include "engines/sqlite/private_files.hpp"
#include "engines/sqlite/replacement.hpp"
#include "engines/sqlite/staged_guard.hpp"

namespace keel::sqlite {
namespace {

constexpr auto lock_timeout = std::chrono::milliseconds(10'000);

/// Removes the staged database at the end, whatever happens.
class StagedRemover {
  public:
    explicit StagedRemover(const PrivateFiles& files) : files_(files) {}
    ~StagedRemover() {
        try {
            files_.remove_staged();
        } catch (const std::exception&) {
            // It stays as a leftover, which `keel recover` finds.
            return;
        }
    }
    StagedRemover(const StagedRemover&) = delete;
    StagedRemover& operator=(const StagedRemover&) = delete;

  private:
    const PrivateFiles& files_;
};

/// The name appears with everything behind it, or fails because somebody else was first. Side files
/// without a database would be replayed into it, so they must be gone before.
void publish_as_new(const PrivateFiles& files, const std::filesystem::path& target) {
    for (const auto& file : side_files(target)) {
        if (!is_there(file)) continue;
        auto kept = files.replaced();
        kept += file.native().substr(target.native().size());
        std::filesystem::rename(file, kept);
    }
    sync_directory(target.parent_path());
    if (::link(files.staged().c_str(), target.c_str()) != 0) {
        if (errno == EEXIST) {
            throw Error(ErrorKind::already_exists,
                        fmt::format("a database '{}' was made in the meantime", target.native()))
                .with_hint("run the command again");
        }
        throw io_error("publish", target.native());
    }
    sync_directory(target.parent_path());
}

/// Page by page, in one transaction of SQLite's own: readers see the old database or the new one,
/// and a crash leaves the old one.
void publish_into(const Database& staged, const std::filesystem::path& target,
                  const Context& context) {
    OpenOptions options;
    options.path = target;
    options.read_only = false;
    options.lock_timeout = lock_timeout;
    const Database live(options);
    copy_pages(staged.raw(), live.raw(), {.phase = "publish", .lock_timeout = lock_timeout},
               context);
}

bool is_damage(const Error& error) noexcept {
    return error.kind() == ErrorKind::invalid_input || error.kind() == ErrorKind::integrity;
}

}  // namespace

void SqliteAdmin::publish(const StagedDatabase& staged, const Context& context) const {
    const auto target = real_path(staged.target);
    const PrivateFiles files(target, staged.run_id);
    const StagedRemover remover(files);
    if (!is_there(target)) return publish_as_new(files, target);
    match_page_size(files, target);
    // Opened outside: damage that is found below is the target's.
    const Database source(private_file(files.staged()));
    try {
        publish_into(source, target, context);
    } catch (const Error& error) {
        if (!is_damage(error)) throw;
        replace_damaged(files, target, context);
    }
}

void SqliteAdmin::discard(const StagedDatabase& staged) const {
    PrivateFiles(real_path(staged.target), staged.run_id).remove_staged();
}

}  // namespace keel::sqlite
