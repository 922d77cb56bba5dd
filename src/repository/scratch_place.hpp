#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string_view>

#include "base/lock_file.hpp"

namespace keel {

/// A private folder (0700) below TMPDIR, made when it is first asked for and removed at the end.
/// What killed processes left of theirs is removed by the next one. Thread-safe.
class ScratchPlace {
  public:
    ScratchPlace() = default;
    ~ScratchPlace();
    ScratchPlace(const ScratchPlace&) = delete;
    ScratchPlace& operator=(const ScratchPlace&) = delete;

    std::filesystem::path folder(std::string_view key);
    void remove(std::string_view key);

  private:
    void make();

    std::mutex mutex_;
    std::filesystem::path root_;
    std::optional<LockFile> lock_;
};

}  // namespace keel
