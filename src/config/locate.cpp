#include "config/locate.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"

namespace keel {
namespace {

std::optional<struct stat> status_of(const std::filesystem::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    return status;
}

void refuse_stranger(const std::filesystem::path& file, const struct stat& start) {
    const auto status = status_of(file);
    if (!status || status->st_uid == 0 || status->st_uid == ::geteuid() ||
        status->st_uid == start.st_uid)
        return;
    throw Error(ErrorKind::config, fmt::format("'{}' belongs to another user", file.string()))
        .with_hint(
            fmt::format("to use it all the same, run: keel -C {} …", file.parent_path().string()));
}

}  // namespace

std::optional<std::filesystem::path> find_project_file(const std::filesystem::path& start,
                                                       const EnvironmentReader& variables) {
    const auto start_status = status_of(start);
    if (!start_status) return std::nullopt;
    const auto home = variables("HOME").value_or("");
    for (auto folder = start;; folder = folder.parent_path()) {
        const auto status = status_of(folder);
        if (!status || status->st_dev != start_status->st_dev) return std::nullopt;
        auto file = folder / "keel.toml";
        if (status_of(file)) {
            if (folder != start) refuse_stranger(file, *start_status);
            return file;
        }
        const bool is_top = folder == folder.parent_path() || folder == home;
        if (is_top || status_of(folder / ".git")) return std::nullopt;
    }
}

bool is_own_file(const std::filesystem::path& path) noexcept {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return false;
    return status.st_uid == ::geteuid() || status.st_uid == 0;
}

}  // namespace keel
