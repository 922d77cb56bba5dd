#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.hpp"

namespace keel::sqlite {

/// Files of ours beside a database, named after it and the run they belong to, so that what a
/// killed run left is recognised: ".NAME.keel-RUN" is a staged database, with ".intent" what a
/// replacement is about to do, with ".replaced" the damaged file that was replaced, with ".resized"
/// a staged copy in another page size, with ".lock" the sign that the run is alive.
class PrivateFiles {
  public:
    PrivateFiles(const std::filesystem::path& database, std::string_view run_id);

    const std::filesystem::path& staged() const noexcept { return staged_; }
    std::filesystem::path intent() const;
    std::filesystem::path replaced() const;
    std::filesystem::path resized() const;
    std::filesystem::path lock() const;

    /// Removes the staged database and what belongs to it; a replaced one stays.
    void remove_staged() const;

  private:
    std::filesystem::path staged_;
};

/// Files that SQLite keeps beside a database.
std::vector<std::filesystem::path> side_files(const std::filesystem::path& database);

/// Removes a database that nobody has open: its side files first, because one that outlives its
/// database would be replayed into the next of that name.
void remove_database(const std::filesystem::path& database);

/// Makes a new file (0600) that was not there before, whatever stands in the way.
FileDescriptor create_private_file(const std::filesystem::path& path);
void sync_file(const std::filesystem::path& path);

/// Whether there is anything of that name (a broken symbolic link too).
bool is_there(const std::filesystem::path& path);

/// Who has one of these files open, as far as we may see.
struct Holders {
    std::vector<std::string> processes;  ///< "sqlite3 (pid 77)"
    bool complete = true;                ///< false: other users' processes could not be looked into
};
Holders find_holders(const std::vector<std::filesystem::path>& files);

}  // namespace keel::sqlite
