#include "repository/scratch_place.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "base/error.hpp"
#include "base/file.hpp"

namespace keel {
namespace {

namespace fs = std::filesystem;

std::string name_of_ours() {
    return fmt::format("keel-scratch-{}-", ::geteuid());
}

fs::path lock_in(const fs::path& folder) {
    return folder / "lock";
}

/// A folder whose lock nobody holds is of a process that was killed.
void remove_abandoned(const fs::path& temporary) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(temporary, ignored)) {
        if (!entry.path().filename().string().starts_with(name_of_ours())) continue;
        if (fs::is_symlink(entry.path(), ignored) || !fs::exists(lock_in(entry.path()), ignored))
            continue;
        try {
            const auto lock = LockFile::try_acquire(lock_in(entry.path()), "sweeping");
            if (lock) fs::remove_all(entry.path(), ignored);
        } catch (const Error&) {
            continue;  // another sweeper was faster
        }
    }
}

}  // namespace

ScratchPlace::~ScratchPlace() {
    std::error_code ignored;
    if (!root_.empty()) fs::remove_all(root_, ignored);
}

void ScratchPlace::make() {
    const fs::path temporary = fs::temp_directory_path();
    remove_abandoned(temporary);
    std::string made = (temporary / (name_of_ours() + "XXXXXX")).string();
    if (::mkdtemp(made.data()) == nullptr) throw io_error("create", made);
    root_ = made;
    lock_ = LockFile::try_acquire(lock_in(root_), fmt::format("pid {}", ::getpid()));
}

fs::path ScratchPlace::folder(std::string_view key) {
    const std::lock_guard lock(mutex_);
    if (root_.empty()) make();
    const fs::path folder = root_ / std::string(key);
    create_directories_durably(folder);
    return folder;
}

void ScratchPlace::remove(std::string_view key) {
    const std::lock_guard lock(mutex_);
    std::error_code ignored;
    if (!root_.empty()) fs::remove_all(root_ / std::string(key), ignored);
}

}  // namespace keel
