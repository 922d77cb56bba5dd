#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "base/bytes.hpp"

namespace keel {

/// Takes the named streams of a backup. Names do not repeat. Thread-safe; each sink belongs to one
/// thread.
class StreamWriter {
  public:
    virtual ~StreamWriter() = default;
    virtual std::unique_ptr<ByteSink> open(std::string_view name) = 0;
    /// A private directory (0700) on the repository's file system for what must be staged; removed
    /// afterwards.
    virtual std::filesystem::path staging_directory() = 0;
};

/// Gives them back. Reading a stream to its end has verified it. Thread-safe; each source belongs
/// to one thread.
class StreamReader {
  public:
    virtual ~StreamReader() = default;
    virtual std::unique_ptr<ByteSource> open(std::string_view name) = 0;
};

}  // namespace keel
