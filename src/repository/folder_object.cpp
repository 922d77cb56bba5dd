#include "repository/folder_object.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/ids.hpp"

namespace keel {
namespace {

constexpr mode_t private_file = 0600;

struct DirectoryCloser {
    void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

class ObjectSource final : public ByteSource {
  public:
    ObjectSource(FileDescriptor file, std::filesystem::path path)
        : file_(std::move(file)), path_(std::move(path)) {}

    std::size_t read(std::span<std::byte> buffer) override {
        for (;;) {
            const ssize_t count = ::read(file_.get(), buffer.data(), buffer.size());
            if (count >= 0) return static_cast<std::size_t>(count);
            if (errno != EINTR) throw io_error("read", path_.string());
        }
    }

  private:
    FileDescriptor file_;
    std::filesystem::path path_;
};

class FolderStoredObject final : public StoredObject {
  public:
    FolderStoredObject(FileDescriptor file, std::uint64_t size, std::filesystem::path path)
        : file_(std::move(file)), size_(size), path_(std::move(path)) {}

    std::uint64_t size() const override { return size_; }

    void read_at(std::uint64_t offset, std::span<std::byte> bytes) const override {
        while (!bytes.empty()) {
            const ssize_t count =
                ::pread(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) throw io_error("read", path_.string());
            if (count == 0)
                throw Error(ErrorKind::integrity, fmt::format("'{}' is cut off", path_.string()));
            bytes = bytes.subspan(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
    }

  private:
    FileDescriptor file_;
    std::uint64_t size_;
    std::filesystem::path path_;
};

Error taken(const std::filesystem::path& path) {
    return Error(ErrorKind::already_exists, fmt::format("'{}' exists already", path.string()));
}

/// Nameless files are linked through /proc, which a container may lack.
bool can_link_nameless_files() {
    return ::access("/proc/self/fd", X_OK) == 0;
}

}  // namespace

FolderObject::FolderObject(FileDescriptor folder, std::string name, std::filesystem::path path,
                           Name starts_with)
    : folder_(std::move(folder)), name_(std::move(name)), path_(std::move(path)) {
    if (starts_with == Name::none_yet && can_link_nameless_files()) open_nameless();
    if (!file_.is_open()) open_named();
}

FolderObject::~FolderObject() {
    forget_temporary();
}

void FolderObject::open_nameless() {
    const int fd = ::openat(folder_.get(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, private_file);
    if (fd >= 0) {
        file_ = FileDescriptor(fd);
        return;
    }
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT) {
        throw io_error("create", path_.string());
    }
}

void FolderObject::open_named() {
    temporary_ = fmt::format("{}.{}.part", name_, new_uuid());
    const int fd = ::openat(folder_.get(), temporary_.c_str(),
                            O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, private_file);
    if (fd < 0) {
        temporary_.clear();
        throw io_error("create", path_.string());
    }
    file_ = FileDescriptor(fd);
}

void FolderObject::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
        if (count < 0) {
            if (errno == EINTR) continue;
            throw io_error("write", path_.string());
        }
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

void FolderObject::seal() {
    if (::fsync(file_.get()) != 0) throw io_error("sync", path_.string());
    // What is read back later shall come from the medium, not from memory.
    ::posix_fadvise(file_.get(), 0, 0, POSIX_FADV_DONTNEED);
}

void FolderObject::finish() {
    seal();
    publish();
    try {
        file_.close(path_.string());
        sync_folder(folder_.get(), path_.parent_path());
    } catch (...) {
        // It may not survive a power cut, so nobody shall see it.
        ::unlinkat(folder_.get(), name_.c_str(), 0);
        throw;
    }
}

void FolderObject::finish_replacing() {
    if (temporary_.empty())
        throw Error(ErrorKind::internal, "only a named object can replace another");
    seal();
    file_.close(path_.string());
    rename_into_place(0);
    sync_folder(folder_.get(), path_.parent_path());
}

void FolderObject::publish() {
    if (!temporary_.empty()) return rename_into_place(RENAME_NOREPLACE);
    const std::string self = fmt::format("/proc/self/fd/{}", file_.get());
    if (::linkat(AT_FDCWD, self.c_str(), folder_.get(), name_.c_str(), AT_SYMLINK_FOLLOW) != 0) {
        throw errno == EEXIST ? taken(path_) : io_error("create", path_.string());
    }
}

void FolderObject::rename_into_place(unsigned flags) {
    if (::renameat2(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str(), flags) != 0) {
        if (errno == EEXIST) throw taken(path_);
        if (flags == 0 || errno != EINVAL) throw io_error("create", path_.string());
        // No RENAME_NOREPLACE here: a hard link fails just the same when the name is taken.
        if (::linkat(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str(), 0) != 0) {
            throw errno == EEXIST ? taken(path_) : io_error("create", path_.string());
        }
        return forget_temporary();
    }
    temporary_.clear();
}

void FolderObject::forget_temporary() noexcept {
    if (temporary_.empty()) return;
    ::unlinkat(folder_.get(), temporary_.c_str(), 0);
    temporary_.clear();
}

namespace {

struct RegularFile {
    FileDescriptor file;
    std::uint64_t size = 0;
};

RegularFile open_regular(int folder, const std::string& name, const std::filesystem::path& path) {
    // O_NONBLOCK: opening a pipe that somebody put there must not wait for its writer.
    const int fd = ::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT)
            throw Error(ErrorKind::not_found, fmt::format("'{}' does not exist", path.string()));
        if (errno == ELOOP) {
            throw Error(ErrorKind::integrity, fmt::format("'{}' is a symbolic link", path.string()))
                .with_hint("nothing in a repository is a link: find out who made it");
        }
        throw io_error("open", path.string());
    }
    FileDescriptor file(fd);
    struct stat status{};
    if (::fstat(fd, &status) != 0) throw io_error("inspect", path.string());
    if (!S_ISREG(status.st_mode)) {
        throw Error(ErrorKind::integrity, fmt::format("'{}' is not a regular file", path.string()));
    }
    return {std::move(file), static_cast<std::uint64_t>(status.st_size)};
}

}  // namespace

std::unique_ptr<ByteSource> open_object(int folder, const std::string& name,
                                        const std::filesystem::path& path) {
    return std::make_unique<ObjectSource>(open_regular(folder, name, path).file, path);
}

std::unique_ptr<StoredObject> open_stored_object(int folder, const std::string& name,
                                                 const std::filesystem::path& path) {
    RegularFile opened = open_regular(folder, name, path);
    return std::make_unique<FolderStoredObject>(std::move(opened.file), opened.size, path);
}

void sync_folder(int folder, const std::filesystem::path& path) {
    // Some file systems cannot sync a folder and say so with EINVAL: there is no more to be had.
    if (::fsync(folder) != 0 && errno != EINVAL) throw io_error("sync", path.string());
}

std::vector<std::string> names_in(int folder, const std::filesystem::path& path) {
    // A descriptor of its own: reading moves the position that duplicates would share.
    const int fd = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) throw io_error("list", path.string());
    std::unique_ptr<DIR, DirectoryCloser> directory(::fdopendir(fd));
    if (!directory) {
        FileDescriptor unused(fd);
        throw io_error("list", path.string());
    }
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
        errno = 0;
    }
    if (errno != 0) throw io_error("list", path.string());
    std::ranges::sort(names);
    return names;
}

void remove_entry(int folder, const std::string& name, const std::filesystem::path& path) {
    if (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT) return;
    if (errno != EISDIR && errno != EPERM) throw io_error("remove", path.string());
    const int fd = ::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT) return;
        throw io_error("remove", path.string());
    }
    FileDescriptor inner(fd);
    for (const std::string& entry : names_in(inner.get(), path))
        remove_entry(inner.get(), entry, path / entry);
    if (::unlinkat(folder, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
        throw io_error("remove", path.string());
    }
}

}  // namespace keel
