#pragma once

#include <filesystem>

#include "base/context.hpp"
#include "base/lock_file.hpp"
#include "db/dumper.hpp"
#include "engines/sqlite/private_files.hpp"

namespace keel::sqlite {

/// Held while a run works on its private files; the lock file goes with it.
class StagedGuard final : public DatabaseLock {
  public:
    /// Throws ErrorKind::locked when another process has the same run.
    explicit StagedGuard(const PrivateFiles& files);
    ~StagedGuard() override;
    StagedGuard(const StagedGuard&) = delete;
    StagedGuard& operator=(const StagedGuard&) = delete;

  private:
    std::filesystem::path path_;
    LockFile lock_;
};

/// Whether some process is still working on these files.
bool is_alive(const PrivateFiles& files);

/// Whether the next call would do anything.
bool needs_page_size(const PrivateFiles& files, const std::filesystem::path& live);

/// SQLite cannot copy over a file in WAL mode that has another page size, so the staged database is
/// given that of the live one first. Nothing happens when there is none, or it cannot be read.
void match_page_size(const PrivateFiles& files, const std::filesystem::path& live);

/// The same, and since another page size makes another file, its rows are compared one by one with
/// what they were. Returns whether it did anything. Throws ErrorKind::integrity.
bool match_page_size_compared(const PrivateFiles& files, const std::filesystem::path& live,
                              const Context& context);

}  // namespace keel::sqlite
