#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/file.hpp"

namespace keel {

/// A lock between processes on one host: an OFD lock on a file that is never removed. The kernel
/// frees it when the holder dies, so it cannot go stale. The file tells who holds it, for people
/// only.
class LockFile {
  public:
    /// Nothing when somebody else holds it. `holder` is what is written into the file ("keel
    /// migrate up, pid 77").
    static std::optional<LockFile> try_acquire(const std::filesystem::path& path,
                                               const std::string& holder);
    /// What the present holder wrote, for messages.
    static std::string read_holder(const std::filesystem::path& path);

  private:
    explicit LockFile(FileDescriptor file) : file_(std::move(file)) {}
    FileDescriptor file_;
};

}  // namespace keel
