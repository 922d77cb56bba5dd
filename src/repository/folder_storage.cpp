#include "repository/folder_storage.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/lock_file.hpp"
#include "repository/folder_object.hpp"

namespace keel {
namespace {

constexpr mode_t private_folder = 0700;
constexpr int open_folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

class FolderLock final : public StorageLock {
  public:
    explicit FolderLock(LockFile lock) : lock_(std::move(lock)) {}

  private:
    LockFile lock_;
};

/// "a/b/c" is folder "a/b" and name "c".
std::pair<std::string, std::string> cut(std::string_view key) {
    const std::size_t slash = key.rfind('/');
    if (slash == std::string_view::npos) return {"", std::string(key)};
    return {std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))};
}

void check_component(std::string_view name) {
    const bool is_plain =
        !name.empty() && name != "." && name != ".." && name.find('\0') == std::string_view::npos;
    if (!is_plain)
        throw Error(ErrorKind::internal, fmt::format("'{}' is no name of an object", name));
}

void check_owner(const std::filesystem::path& root, const struct stat& status) {
    const uid_t self = ::geteuid();
    if (status.st_uid != self && status.st_uid != 0) {
        throw Error(
            ErrorKind::refused,
            fmt::format("the backup repository '{}' belongs to user {}, not to this one ({})",
                        root.string(), status.st_uid, self))
            .with_hint("run as its owner, or choose another folder with --repository");
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        throw Error(ErrorKind::refused,
                    fmt::format("others may write to the backup repository '{}'", root.string()))
            .with_hint(fmt::format("chmod 700 '{}'", root.string()));
    }
}

/// One component further down; not open when it is not there.
FileDescriptor step_into(int folder, const std::string& name, const std::filesystem::path& path) {
    const int fd = ::openat(folder, name.c_str(), open_folder_flags | O_NOFOLLOW);
    if (fd >= 0) return FileDescriptor(fd);
    if (errno == ENOENT) return {};
    if (errno == ELOOP || errno == ENOTDIR) {
        throw Error(ErrorKind::integrity, fmt::format("'{}' is not a folder", path.string()))
            .with_hint("nothing in a repository is a link: find out who made it");
    }
    throw io_error("open", path.string());
}

void make_folder(int folder, const std::string& name, const std::filesystem::path& path) {
    if (::mkdirat(folder, name.c_str(), private_folder) != 0 && errno != EEXIST)
        throw io_error("create", path.string());
    sync_folder(folder, path.parent_path());
}

}  // namespace

FolderStorage::FolderStorage(std::filesystem::path root, FileDescriptor folder)
    : root_(std::move(root)), location_(root_.string()), folder_(std::move(folder)) {}

std::unique_ptr<FolderStorage> FolderStorage::open(const std::filesystem::path& root,
                                                   Missing missing) {
    if (missing == Missing::create) create_directories_durably(root);
    // The folder itself may be reached through links: where it is, is the user's own word.
    FileDescriptor folder(::open(root.c_str(), open_folder_flags));
    if (!folder.is_open()) {
        if (errno == ENOENT) {
            throw Error(ErrorKind::not_found,
                        fmt::format("there is no backup repository at '{}'", root.string()))
                .with_hint("make the first backup with: keel backup create");
        }
        throw io_error("open", root.string());
    }
    struct stat status{};
    if (::fstat(folder.get(), &status) != 0) throw io_error("inspect", root.string());
    check_owner(root, status);
    return std::unique_ptr<FolderStorage>(new FolderStorage(root, std::move(folder)));
}

FileDescriptor FolderStorage::folder(std::string_view key, Missing missing) const {
    FileDescriptor current(::fcntl(folder_.get(), F_DUPFD_CLOEXEC, 3));
    if (!current.is_open()) throw io_error("open", location_);
    std::filesystem::path path = root_;
    while (!key.empty()) {
        const std::size_t slash = key.find('/');
        const std::string name(key.substr(0, slash));
        key = slash == std::string_view::npos ? std::string_view{} : key.substr(slash + 1);
        check_component(name);
        path /= name;
        FileDescriptor next = step_into(current.get(), name, path);
        if (!next.is_open() && missing == Missing::create) {
            make_folder(current.get(), name, path);
            next = step_into(current.get(), name, path);
        }
        if (!next.is_open()) return {};
        current = std::move(next);
    }
    return current;
}

std::unique_ptr<ByteSink> FolderStorage::create(std::string_view key) {
    auto [parent, name] = cut(key);
    check_component(name);
    return std::make_unique<FolderObject>(folder(parent, Missing::create), std::move(name),
                                          path_of(key));
}

void FolderStorage::replace(std::string_view key, std::string_view text) {
    auto [parent, name] = cut(key);
    check_component(name);
    FolderObject object(folder(parent, Missing::create), std::move(name), path_of(key),
                        FolderObject::Name::temporary);
    object.write(as_bytes(text));
    object.finish_replacing();
}

std::unique_ptr<ByteSource> FolderStorage::open(std::string_view key) const {
    const auto [parent, name] = cut(key);
    check_component(name);
    const FileDescriptor place = folder(parent, Missing::refuse);
    if (!place.is_open()) {
        throw Error(ErrorKind::not_found,
                    fmt::format("'{}' does not exist", path_of(key).string()));
    }
    return keel::open_object(place.get(), name, path_of(key));
}

std::unique_ptr<StoredObject> FolderStorage::open_object(std::string_view key) const {
    const auto [parent, name] = cut(key);
    check_component(name);
    const FileDescriptor place = folder(parent, Missing::refuse);
    if (!place.is_open()) {
        throw Error(ErrorKind::not_found,
                    fmt::format("'{}' does not exist", path_of(key).string()));
    }
    return open_stored_object(place.get(), name, path_of(key));
}

std::string FolderStorage::read(std::string_view key, std::uint64_t limit) const {
    const auto source = open(key);
    std::string text;
    std::vector<std::byte> buffer(64 * 1024);
    while (const std::size_t count = source->read(buffer)) {
        text.append(as_text(std::span(buffer).first(count)));
        if (text.size() > limit) {
            throw Error(ErrorKind::integrity,
                        fmt::format("'{}' is larger than any such file", path_of(key).string()));
        }
    }
    return text;
}

bool FolderStorage::exists(std::string_view key) const {
    const auto [parent, name] = cut(key);
    check_component(name);
    const FileDescriptor place = folder(parent, Missing::refuse);
    if (!place.is_open()) return false;
    struct stat status{};
    if (::fstatat(place.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return true;
    if (errno != ENOENT) throw io_error("inspect", path_of(key).string());
    return false;
}

std::vector<std::string> FolderStorage::list(std::string_view key) const {
    const FileDescriptor place = folder(key, Missing::refuse);
    if (!place.is_open()) return {};
    return names_in(place.get(), path_of(key));
}

void FolderStorage::remove(std::string_view key) {
    const auto [parent, name] = cut(key);
    check_component(name);
    const FileDescriptor place = folder(parent, Missing::refuse);
    if (!place.is_open()) return;
    remove_entry(place.get(), name, path_of(key));
    sync_folder(place.get(), path_of(key).parent_path());
}

std::unique_ptr<StorageLock> FolderStorage::try_lock(std::string_view key,
                                                     const std::string& holder) {
    auto lock = LockFile::try_acquire(path_of(key), holder);
    if (!lock) return nullptr;
    return std::make_unique<FolderLock>(std::move(*lock));
}

std::string FolderStorage::lock_holder(std::string_view key) const {
    return LockFile::read_holder(path_of(key));
}

std::filesystem::path FolderStorage::scratch_folder(std::string_view key) {
    const FileDescriptor made = folder(key, Missing::create);
    return path_of(key);
}

std::uint64_t FolderStorage::free_space() const {
    return keel::free_space(root_);
}

}  // namespace keel
