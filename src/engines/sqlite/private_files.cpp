#include "engines/sqlite/private_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engines/sqlite/address.hpp"

namespace keel::sqlite {
namespace {

namespace fs = std::filesystem;

struct FileIdentity {
    dev_t device;
    ino_t inode;
    bool operator==(const FileIdentity&) const = default;
};

/// Says "no" for what cannot be looked at, with errno set. Opens nothing.
bool identify(const fs::path& path, FileIdentity& identity) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return false;
    identity = {status.st_dev, status.st_ino};
    return true;
}

bool holds_any(const fs::path& process, const std::vector<FileIdentity>& wanted, bool& complete) {
    std::error_code code;
    fs::directory_iterator descriptors(process / "fd", code);
    if (code) {
        complete = complete && code.value() != EACCES && code.value() != EPERM;
        return false;
    }
    for (const auto end = fs::directory_iterator(); descriptors != end;
         descriptors.increment(code)) {
        if (code) return false;
        FileIdentity identity{};
        if (identify(descriptors->path(), identity) &&
            std::ranges::find(wanted, identity) != wanted.end()) {
            return true;
        }
    }
    return false;
}

std::string describe_process(const fs::path& process) {
    std::string name = "a process";
    try {
        name = std::string(trim(read_file(process / "comm", 256)));
    } catch (const Error&) {
        // It ended between two looks: the number alone must do.
        return fmt::format("pid {}", process.filename().native());
    }
    return fmt::format("{} (pid {})", escape_controls(name), process.filename().native());
}

}  // namespace

PrivateFiles::PrivateFiles(const fs::path& database, std::string_view run_id)
    : staged_(database.parent_path() /
              fmt::format(".{}.keel-{}", database.filename().native(), run_id)) {}

fs::path PrivateFiles::intent() const {
    return with_suffix(staged_, ".intent");
}
fs::path PrivateFiles::replaced() const {
    return with_suffix(staged_, ".replaced");
}
fs::path PrivateFiles::resized() const {
    return with_suffix(staged_, ".resized");
}
fs::path PrivateFiles::lock() const {
    return with_suffix(staged_, ".lock");
}

void PrivateFiles::remove_staged() const {
    remove_database(resized());
    remove_database(staged_);
}

std::vector<fs::path> side_files(const fs::path& database) {
    return {with_suffix(database, "-wal"), with_suffix(database, "-journal"),
            with_suffix(database, "-shm")};
}

void remove_database(const fs::path& database) {
    for (const auto& file : side_files(database)) remove_durably(file);
    remove_durably(database);
}

FileDescriptor create_private_file(const fs::path& path) {
    FileDescriptor file(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.is_open()) throw io_error("create", path.native());
    return file;
}

void sync_file(const fs::path& path) {
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file.is_open()) throw io_error("open", path.native());
    if (::fsync(file.get()) != 0) throw io_error("sync", path.native());
    file.close(path.native());
}

bool is_there(const fs::path& path) {
    std::error_code code;
    return fs::exists(fs::symlink_status(path, code));
}

Holders find_holders(const std::vector<fs::path>& files) {
    std::vector<FileIdentity> wanted;
    for (const auto& file : files) {
        FileIdentity identity{};
        if (identify(file, identity)) wanted.push_back(identity);
    }
    Holders holders;
    std::error_code code;
    fs::directory_iterator processes("/proc", code);
    if (code) return {{}, false};
    for (const auto end = fs::directory_iterator(); processes != end; processes.increment(code)) {
        if (code) return {holders.processes, false};
        if (!parse_unsigned(processes->path().filename().native())) continue;
        if (holds_any(processes->path(), wanted, holders.complete)) {
            holders.processes.push_back(describe_process(processes->path()));
        }
    }
    return holders;
}

}  // namespace keel::sqlite
