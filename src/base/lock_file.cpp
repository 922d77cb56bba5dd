#include "base/lock_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"

namespace keel {
namespace {

/// Whether the path still leads to the open file: its holder may have removed it between our open
/// and our lock, and a lock on a file without a name keeps nobody out.
bool is_still_named(const FileDescriptor& file, const std::filesystem::path& path) {
    struct stat opened{};
    struct stat named{};
    if (::fstat(file.get(), &opened) != 0) throw io_error("look at", path.native());
    return ::stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

}  // namespace

std::optional<LockFile> LockFile::try_acquire(const std::filesystem::path& path,
                                              const std::string& holder) {
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.is_open()) throw io_error("open the lock file", path.native());
    struct flock request{};
    request.l_type = F_WRLCK;
    request.l_whence = SEEK_SET;
    if (::fcntl(file.get(), F_OFD_SETLK, &request) != 0) {
        if (errno == EAGAIN || errno == EACCES) return std::nullopt;
        throw io_error("lock", path.native());
    }
    if (!is_still_named(file, path)) return std::nullopt;
    // The name of the holder is for people only: failing to write it changes nothing.
    if (::ftruncate(file.get(), 0) == 0) {
        [[maybe_unused]] const auto written = ::pwrite(file.get(), holder.data(), holder.size(), 0);
    }
    return LockFile(std::move(file));
}

std::string LockFile::read_holder(const std::filesystem::path& path) {
    try {
        return read_file(path, 4096);
    } catch (const Error&) {
        return {};  // gone or unreadable: then nobody can be named
    }
}

}  // namespace keel
