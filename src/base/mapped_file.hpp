#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace keel {

/// A plain file's bytes without reading them into memory: the system brings in and lets go of what
/// is looked at. The file must not become shorter meanwhile.
class MappedFile {
  public:
    /// Throws ErrorKind::not_found or io.
    explicit MappedFile(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::string_view text() const noexcept { return {data_, size_}; }

  private:
    const char* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace keel
