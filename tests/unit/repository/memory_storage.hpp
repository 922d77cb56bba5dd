#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "repository/storage.hpp"

namespace keel {

/// Thrown by a storage whose process was "killed": it is no keel::Error, so nobody handles it.
struct Killed {};

/// What outlives a process: the objects. Every change counts; at the chosen one the medium fails,
/// or the process dies.
struct MemoryMedium {
    enum class Fault { none, error, error_from_there_on, kill };

    std::map<std::string, std::string, std::less<>> objects;
    std::set<std::string, std::less<>> folders;
    std::set<std::string, std::less<>> locks;
    std::mutex mutex;
    std::uint64_t free_space = 1u << 30;
    int changes = 0;
    int fault_at = 0;
    Fault fault = Fault::none;

    /// The next process finds the objects and no locks.
    void revive();
    /// Called before each change.
    void step();
    /// Called before anything else: a dead process does nothing.
    void require_alive() const;
};

/// A Storage in memory, as faulty as a test wants it.
class MemoryStorage final : public Storage {
  public:
    explicit MemoryStorage(MemoryMedium& medium) : medium_(medium) {}

    const std::string& location() const noexcept override { return location_; }
    std::unique_ptr<ByteSink> create(std::string_view key) override;
    void replace(std::string_view key, std::string_view text) override;
    std::unique_ptr<ByteSource> open(std::string_view key) const override;
    std::unique_ptr<StoredObject> open_object(std::string_view key) const override;
    std::string read(std::string_view key, std::uint64_t limit) const override;
    bool exists(std::string_view key) const override;
    std::vector<std::string> list(std::string_view folder) const override;
    void remove(std::string_view key) override;
    std::unique_ptr<StorageLock> try_lock(std::string_view key, const std::string& holder) override;
    std::string lock_holder(std::string_view) const override { return "another test"; }
    std::filesystem::path scratch_folder(std::string_view key) override;
    std::uint64_t free_space() const override { return medium_.free_space; }

  private:
    MemoryMedium& medium_;
    std::string location_ = "memory";
};

}  // namespace keel
