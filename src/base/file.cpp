#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/error.hpp"
#include "base/ids.hpp"

namespace keel {
namespace {

FileDescriptor open_file(const std::filesystem::path& path, int flags, unsigned mode = 0) {
    FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC, mode));
    if (!file.is_open()) throw io_error("open", path.native());
    return file;
}

std::size_t read_some(int fd, std::span<std::byte> buffer, const std::filesystem::path& path) {
    for (;;) {
        const auto got = ::read(fd, buffer.data(), buffer.size());
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno != EINTR) throw io_error("read", path.native());
    }
}

class FileSource final : public ByteSource {
  public:
    explicit FileSource(std::filesystem::path path)
        : path_(std::move(path)), file_(open_file(path_, O_RDONLY)) {}
    std::size_t read(std::span<std::byte> buffer) override {
        return read_some(file_.get(), buffer, path_);
    }

  private:
    std::filesystem::path path_;
    FileDescriptor file_;
};

std::filesystem::path parent_of(const std::filesystem::path& path) {
    const auto parent = path.parent_path();
    return parent.empty() ? std::filesystem::path(".") : parent;
}

}  // namespace

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
        if (fd_ >= 0) ::close(fd_);
        fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
}

FileDescriptor::~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
}

void FileDescriptor::close(std::string_view path) {
    if (::close(std::exchange(fd_, -1)) != 0) throw io_error("close", path);
}

std::string read_file(const std::filesystem::path& path, std::uint64_t limit) {
    const auto file = open_file(path, O_RDONLY);
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) throw io_error("read", path.native());
    if (S_ISDIR(status.st_mode))
        throw Error(ErrorKind::io, fmt::format("'{}' is a directory", path.native()));
    std::string text;
    text.reserve(std::min<std::uint64_t>(static_cast<std::uint64_t>(status.st_size), limit));
    std::array<char, 65536> buffer;
    for (;;) {
        const auto got = read_some(file.get(), std::as_writable_bytes(std::span(buffer)), path);
        if (got == 0) return text;
        text.append(buffer.data(), got);
        if (text.size() > limit) {
            throw Error(ErrorKind::invalid_input,
                        fmt::format("'{}' is larger than {} bytes", path.native(), limit));
        }
    }
}

AtomicFile::AtomicFile(std::filesystem::path target, unsigned mode, bool replace)
    : target_(std::move(target)), replace_(replace) {
    temporary_ = parent_of(target_) /
                 fmt::format(".{}.{}.tmp", target_.filename().native(), new_uuid().substr(0, 8));
    file_ = open_file(temporary_, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
}

AtomicFile::~AtomicFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(file_.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw io_error("write", target_.native());
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void AtomicFile::finish() {
    if (::fsync(file_.get()) != 0) throw io_error("sync", target_.native());
    file_.close(target_.native());
    const int published = replace_ ? ::rename(temporary_.c_str(), target_.c_str())
                                   : ::link(temporary_.c_str(), target_.c_str());
    if (published != 0) {
        if (!replace_ && errno == EEXIST) {
            throw Error(ErrorKind::already_exists,
                        fmt::format("'{}' exists already", target_.native()));
        }
        throw io_error("publish", target_.native());
    }
    if (!replace_) ::unlink(temporary_.c_str());
    temporary_.clear();
    sync_directory(parent_of(target_));
}

void write_file_atomically(const std::filesystem::path& path, std::string_view text,
                           unsigned mode) {
    AtomicFile file(path, mode);
    file.write(text);
    file.finish();
}

void create_directories_durably(const std::filesystem::path& path) {
    if (path.empty()) return;
    if (::mkdir(path.c_str(), 0700) == 0) {
        sync_directory(parent_of(path));
        return;
    }
    if (errno == ENOENT && path.has_parent_path() && path.parent_path() != path) {
        create_directories_durably(path.parent_path());
        if (::mkdir(path.c_str(), 0700) == 0) {
            sync_directory(parent_of(path));
            return;
        }
    }
    if (errno != EEXIST) throw io_error("create directory", path.native());
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) throw io_error("create directory", path.native());
    if (!S_ISDIR(status.st_mode)) {
        throw Error(ErrorKind::already_exists,
                    fmt::format("'{}' exists and is not a directory", path.native()));
    }
}

void sync_directory(const std::filesystem::path& path) {
    const auto directory = open_file(path.empty() ? "." : path, O_RDONLY | O_DIRECTORY);
    // Some file systems cannot sync a directory and say so with EINVAL: there is nothing more to be
    // had from them.
    if (::fsync(directory.get()) != 0 && errno != EINVAL)
        throw io_error("sync directory", path.native());
}

void remove_durably(const std::filesystem::path& path) {
    std::error_code code;
    const auto removed = std::filesystem::remove_all(path, code);
    if (code) {
        errno = code.value();
        throw io_error("remove", path.native());
    }
    if (removed > 0) sync_directory(parent_of(path));
}

std::uint64_t free_space(const std::filesystem::path& path) {
    struct statvfs status{};
    if (::statvfs(path.c_str(), &status) != 0)
        throw io_error("ask for the free space of", path.native());
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

std::unique_ptr<ByteSource> open_file_source(const std::filesystem::path& path) {
    return std::make_unique<FileSource>(path);
}

}  // namespace keel
