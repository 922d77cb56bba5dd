#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "repository/storage.hpp"

namespace keel {

/// A new file in an open folder. Nameless (O_TMPFILE) until `publish` links it under its name, or,
/// where the file system has no nameless files, under a temporary name ending in ".part". A failing
/// write, fsync or link is final.
class FolderObject final : public ByteSink {
  public:
    enum class Name { none_yet, temporary };

    /// `path` is for messages only; everything happens relative to `folder`.
    FolderObject(FileDescriptor folder, std::string name, std::filesystem::path path,
                 Name starts_with = Name::none_yet);
    ~FolderObject() override;
    FolderObject(const FolderObject&) = delete;
    FolderObject& operator=(const FolderObject&) = delete;

    void write(std::span<const std::byte> bytes) override;
    /// Durable under its name, which must be free (ErrorKind::already_exists).
    void finish() override;
    /// As `finish`, but takes the place of what is there. Only for one that began with a temporary
    /// name.
    void finish_replacing();

  private:
    void open_nameless();
    void open_named();
    void seal();
    void publish();
    void rename_into_place(unsigned flags);
    void forget_temporary() noexcept;

    FileDescriptor folder_;
    std::string name_;
    std::filesystem::path path_;
    std::string temporary_;  ///< empty while nameless
    FileDescriptor file_;
};

/// Reads a regular file of an open folder; symbolic links, pipes and devices are refused. Throws
/// ErrorKind::not_found.
std::unique_ptr<ByteSource> open_object(int folder, const std::string& name,
                                        const std::filesystem::path& path);

/// The same, to be read in any order.
std::unique_ptr<StoredObject> open_stored_object(int folder, const std::string& name,
                                                 const std::filesystem::path& path);

/// Makes the names in an open folder durable.
void sync_folder(int folder, const std::filesystem::path& path);

/// Sorted names of an open folder, without "." and "..".
std::vector<std::string> names_in(int folder, const std::filesystem::path& path);

/// Removes a file, or a folder with everything in it. Links are removed, never followed. Does not
/// sync.
void remove_entry(int folder, const std::string& name, const std::filesystem::path& path);

}  // namespace keel
