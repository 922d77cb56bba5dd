#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/tree_state.hpp"
#include "model/migration.hpp"

namespace keel {

/// What reading the migrations gave last time: everything but their sections, so that a command
/// which only wants to know where a database stands need not read a thousand files. Good as long as
/// every file below the folder is the same file with the same size and times. Never needed: what
/// cannot be read or written is as if it were not there.
class MigrationCache {
  public:
    /// `settings` is whatever else the outcome depends on.
    MigrationCache(const std::filesystem::path& state_directory,
                   const std::filesystem::path& migrations, std::string_view settings);

    /// Without their sections.
    std::optional<std::vector<Migration>> load() const noexcept;
    /// `before` is the folder's state before `migrations` were read. Nothing is kept while files
    /// are so new that another change might not show.
    void store(const std::vector<Migration>& migrations, const std::optional<TreeState>& before,
               TimePoint now) const noexcept;

  private:
    std::filesystem::path folder_;
    std::filesystem::path file_;
    std::filesystem::path migrations_;
};

}  // namespace keel
