#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace keel::test {

using Bytes = std::vector<std::byte>;

/// What a program asked of a disk.
struct DiskOperation {
    enum class Kind { create, write, truncate, sync, remove };
    Kind kind = Kind::write;
    std::string file;         ///< its name in its folder
    std::int64_t offset = 0;  ///< write; truncate: the new size
    Bytes data = {};
    /// create: a sync of the file makes its name durable too, as SQLite's unix layer does for
    /// journals and logs; remove: the folder was synced.
    bool durable_name = false;
};

/// What may be on the disk after the power failed.
struct PowerCut {
    enum class Unsynced { lost, kept, some, torn };
    std::size_t after = 0;  ///< so many operations
    Unsynced unsynced = Unsynced::lost;
    std::uint32_t seed = 0;
    bool is_lying = false;  ///< the disk said that it had synced, and had not
};

/// All that happened to the files of one database, from a known beginning.
class DiskTrace {
  public:
    /// Takes the files of `folder` as what is durable now.
    explicit DiskTrace(const std::filesystem::path& folder);

    void add(DiskOperation operation) { operations_.push_back(std::move(operation)); }
    std::size_t size() const noexcept { return operations_.size(); }
    /// Writes the files that a power cut could have left into an empty folder.
    void write_image(const PowerCut& cut, const std::filesystem::path& folder) const;

  private:
    std::map<std::string, Bytes> beginning_;
    std::vector<DiskOperation> operations_;
};

}  // namespace keel::test
