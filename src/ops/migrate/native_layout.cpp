#include "ops/migrate/native_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "ops/migrate/migration_text.hpp"
#include "ops/migrate/native_parser.hpp"

namespace keel {
namespace {

constexpr std::string_view extension = ".sql";
constexpr std::string_view empty_migration = "-- migrate:up\n\n\n-- migrate:down\n\n";

struct FileName {
    std::string version;
    std::string name;
};

/// "20260101_add_users.sql" is version 20260101, name add_users.
FileName split_file_name(std::string_view file, const std::string& shown) {
    const std::string_view stem = file.substr(0, file.size() - extension.size());
    const std::size_t digits = std::min(stem.find_first_not_of("0123456789"), stem.size());
    if (digits == 0)
        throw Error(ErrorKind::invalid_input,
                    fmt::format("'{}' does not begin with a version", file))
            .with_hint(
                "name it <digits>_<name>.sql, as keel migrate new does, or move it elsewhere")
            .at({.file = shown});
    std::string_view name = stem.substr(digits);
    if (name.starts_with('_') || name.starts_with('-')) name.remove_prefix(1);
    return {std::string(stem.substr(0, digits)), std::string(name)};
}

Error unreadable_folder(const std::string& shown, const std::error_code& failure) {
    if (failure == std::errc::no_such_file_or_directory)
        return Error(ErrorKind::not_found, fmt::format("there is no migrations folder '{}'", shown))
            .with_hint(
                "make the first migration with: keel migrate new NAME; or say where they are with "
                "--migrations DIR");
    return Error(ErrorKind::io, fmt::format("cannot read the migrations folder '{}': {}", shown,
                                            failure.message()))
        .with_hint("check that it is a folder and may be read");
}

bool is_migration_file(const std::filesystem::directory_entry& entry) {
    const std::string name = entry.path().filename().native();
    if (!name.ends_with(extension) || name.starts_with('.')) return false;
    std::error_code failure;
    return !entry.is_directory(failure);
}

std::vector<std::filesystem::path> sql_files(const MigrationFolder& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code failure;
    std::filesystem::directory_iterator entry(folder.directory, failure);
    while (!failure && entry != std::filesystem::directory_iterator()) {
        if (is_migration_file(*entry)) files.push_back(entry->path());
        entry.increment(failure);
    }
    if (failure) throw unreadable_folder(shown_path(folder.directory, folder.root), failure);
    return files;
}

Migration read_one(const std::filesystem::path& path, const std::filesystem::path& root) {
    const std::string shown = shown_path(path, root);
    FileName parts = split_file_name(path.filename().native(), shown);
    Migration migration = parse_native_migration(read_migration_text(path, shown), shown);
    migration.version = std::move(parts.version);
    migration.name = std::move(parts.name);
    return migration;
}

void refuse_duplicates(const std::vector<Migration>& sorted) {
    const auto twin =
        std::adjacent_find(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
            return version_key(a.version) == version_key(b.version);
        });
    if (twin == sorted.end()) return;
    const Migration& other = *std::next(twin);
    throw Error(ErrorKind::invalid_input,
                fmt::format("'{}' and '{}' have the same version {}", twin->file.native(),
                            other.file.native(), version_key(twin->version)))
        .with_hint("give the newer of the two another version")
        .at({.file = other.file.native()});
}

}  // namespace

std::vector<Migration> NativeLayout::read(const MigrationFolder& folder) const {
    std::vector<Migration> migrations;
    for (const auto& path : sql_files(folder)) migrations.push_back(read_one(path, folder.root));
    std::sort(migrations.begin(), migrations.end(), [](const Migration& a, const Migration& b) {
        return version_less(a.version, b.version);
    });
    refuse_duplicates(migrations);
    return migrations;
}

std::filesystem::path NativeLayout::create(const MigrationFolder& folder, std::string_view version,
                                           std::string_view name) const {
    // The folder is the project's: its mode is the user's umask, not the 0700 of Keel's own state.
    std::error_code failure;
    std::filesystem::create_directories(folder.directory, failure);
    if (failure)
        throw Error(ErrorKind::io,
                    fmt::format("cannot make the migrations folder '{}': {}",
                                shown_path(folder.directory, folder.root), failure.message()))
            .with_hint("check the permissions of the folder above it");
    const auto path = folder.directory / fmt::format("{}_{}{}", version, name, extension);
    AtomicFile file(path, 0644, false);
    file.write(empty_migration);
    file.finish();
    return path;
}

}  // namespace keel
