#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/file.hpp"
#include "repository/storage.hpp"

namespace keel {

/// Storage in a folder of the local file system. The folder is opened once and everything else is
/// reached from that descriptor, component by component and never through a symbolic link. Folders
/// are 0700, files 0600. New objects are nameless until they are whole (O_TMPFILE, then linkat,
/// which fails when the name is taken); where the file system cannot do that, they have a name
/// ending in ".part".
class FolderStorage final : public Storage {
  public:
    enum class Missing { refuse, create };

    /// Throws ErrorKind::not_found when the folder is missing and may not be made,
    /// ErrorKind::refused when it belongs to another user or others may write to it.
    static std::unique_ptr<FolderStorage> open(const std::filesystem::path& root, Missing missing);

    const std::string& location() const noexcept override { return location_; }
    std::unique_ptr<ByteSink> create(std::string_view key) override;
    void replace(std::string_view key, std::string_view text) override;
    std::unique_ptr<ByteSource> open(std::string_view key) const override;
    std::unique_ptr<StoredObject> open_object(std::string_view key) const override;
    std::string read(std::string_view key, std::uint64_t limit) const override;
    bool exists(std::string_view key) const override;
    std::vector<std::string> list(std::string_view key) const override;
    void remove(std::string_view key) override;
    std::unique_ptr<StorageLock> try_lock(std::string_view key, const std::string& holder) override;
    std::string lock_holder(std::string_view key) const override;
    std::filesystem::path scratch_folder(std::string_view key) override;
    std::uint64_t free_space() const override;

  private:
    FolderStorage(std::filesystem::path root, FileDescriptor folder);

    std::filesystem::path path_of(std::string_view key) const { return root_ / std::string(key); }
    /// Descriptor of a folder; not open when it is not there and may not be made.
    FileDescriptor folder(std::string_view key, Missing missing) const;

    std::filesystem::path root_;
    std::string location_;
    FileDescriptor folder_;
};

}  // namespace keel
