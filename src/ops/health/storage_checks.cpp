#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>

#include "base/file.hpp"
#include "base/text.hpp"
#include "ops/health/checkup.hpp"

namespace keel {

namespace {

namespace fs = std::filesystem;

// Below these a backup or a migration of even a small database may not fit.
constexpr std::uint64_t least_free_warn = 256u << 20;
constexpr std::uint64_t least_free_fail = 32u << 20;

/// The path itself, or the nearest folder above it that is there.
fs::path nearest_existing(fs::path path) {
    std::error_code ignored;
    while (!fs::exists(path, ignored) && path.has_relative_path()) path = path.parent_path();
    return path;
}

bool is_folder_repository(const Project& project) {
    return !project.backup().repository.starts_with("s3:");
}

void check_free_space(Checkup& checkup, const std::string& name, const fs::path& place) {
    auto& checks = checkup.checks;
    checks.attempt(name, [&] {
        const auto size = static_cast<std::uint64_t>(
            checkup.server ? std::max<std::int64_t>(checkup.server->size_bytes, 0) : 0);
        const auto free = free_space(nearest_existing(place));
        const auto warn = std::max(2 * size, least_free_warn);
        const auto fail = std::max(size, least_free_fail);
        HealthCheck check{.name = name,
                          .message = fmt::format("{} free", format_bytes(free)),
                          .value = Json(free),
                          .warn = Json(warn),
                          .fail = Json(fail)};
        if (free < fail)
            check.status = CheckStatus::fail;
        else if (free < warn)
            check.status = CheckStatus::warn;
        if (check.status != CheckStatus::ok) {
            check.message += fmt::format(" for a database of {}", format_bytes(size));
            check.fix = fmt::format("make room on the file system of '{}'", place.string());
        }
        checks.add(std::move(check));
    });
}

struct NetworkFileSystem {
    std::int64_t magic;
    std::string_view name;
};
// The numbers that statfs(2) gives for file systems whose locks SQLite cannot rely on.
constexpr std::array network_file_systems{
    NetworkFileSystem{0x6969, "NFS"},        NetworkFileSystem{0x517B, "SMB"},
    NetworkFileSystem{0xFF534D42, "CIFS"},   NetworkFileSystem{0xFE534D42, "SMB2"},
    NetworkFileSystem{0x5346414F, "AFS"},    NetworkFileSystem{0x73757245, "Coda"},
    NetworkFileSystem{0x01021997, "9P"},     NetworkFileSystem{0x00C36400, "Ceph"},
    NetworkFileSystem{0x0BD00BD0, "Lustre"}, NetworkFileSystem{0x47504653, "GPFS"},
};
constexpr std::int64_t fuse_magic = 0x65735546;

void check_network(Checkup& checkup, const fs::path& file) {
    constexpr auto name = "database.file_system";
    auto& checks = checkup.checks;
    const auto place = nearest_existing(file.parent_path());
    struct statfs info{};
    if (::statfs(place.c_str(), &info) != 0) throw io_error("examine", place.string());
    const auto type = static_cast<std::int64_t>(static_cast<std::uint32_t>(info.f_type));
    if (type == fuse_magic) {
        checks.add({.name = name,
                    .status = CheckStatus::unknown,
                    .message = "the file is on a FUSE mount: whether locks work there is unknown",
                    .fix = "keep the database on a local file system"});
        return;
    }
    const auto found = std::ranges::find(network_file_systems, type, &NetworkFileSystem::magic);
    if (found == network_file_systems.end()) {
        checks.ok(name, "the file is on a local file system");
        return;
    }
    checks.add({.name = name,
                .status = CheckStatus::fail,
                .message = fmt::format(
                    "the file is on {}: SQLite cannot rely on its locks, and writers may "
                    "destroy each other's data",
                    found->name),
                .fix = "keep the database on a local file system",
                .value = Json(found->name)});
}

bool on_one_file_system(const fs::path& left, const fs::path& right) {
    struct stat first{};
    struct stat second{};
    const auto left_place = nearest_existing(left);
    const auto right_place = nearest_existing(right);
    if (::stat(left_place.c_str(), &first) != 0) throw io_error("examine", left_place.string());
    if (::stat(right_place.c_str(), &second) != 0) throw io_error("examine", right_place.string());
    return first.st_dev == second.st_dev;
}

void check_backup_location(Checkup& checkup) {
    constexpr auto name = "backup.location";
    auto& context = checkup.context;
    auto& checks = checkup.checks;
    const auto& url = context.environment().url;
    const auto& repository = context.project().backup().repository;
    if (!is_folder_repository(context.project())) {
        checks.ok(name, "the backups are kept away from this machine");
        return;
    }
    if (url.engine() == EngineKind::postgres) {
        checks.skip(name, "where the server keeps its files cannot be seen from here");
        return;
    }
    if (!on_one_file_system(url.path().parent_path(), repository)) {
        checks.ok(name, "the backups are on another file system than the database");
        return;
    }
    HealthCheck check{
        .name = name,
        .message = "the backups share the database's file system: one lost disk takes both"};
    if (checkup.is_protected()) {
        check.status = CheckStatus::warn;
        check.fix = "set [backup] repository to a folder on another disk";
    }
    checks.add(std::move(check));
}

}  // namespace

void check_storage(Checkup& checkup) {
    if (!checkup.has_environment) return;
    auto& context = checkup.context;
    auto& checks = checkup.checks;
    const auto& url = context.environment().url;
    if (url.engine() == EngineKind::postgres) {
        checks.skip("disk.database", "the server's disk cannot be seen from here");
    } else if (!url.is_memory()) {
        check_free_space(checkup, "disk.database", url.path().parent_path());
        checks.attempt("database.file_system", [&] { check_network(checkup, url.path()); });
    }
    if (is_folder_repository(context.project())) {
        check_free_space(checkup, "disk.backups", context.project().backup().repository);
    }
    if (!url.is_memory()) {
        checks.attempt("backup.location", [&] { check_backup_location(checkup); });
    }
}

}  // namespace keel
