#include "ops/migrate/native_layout.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "ops/migrate/layouts/assemble.hpp"
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

Migration read_one(const SourceFile& file) {
    FileName parts = split_file_name(file.name, file.shown);
    Migration migration = parse_native_migration(read_source(file), file.shown);
    migration.version = std::move(parts.version);
    migration.name = std::move(parts.name);
    return migration;
}

}  // namespace

std::vector<Migration> NativeLayout::read(const MigrationFolder& folder) const {
    std::vector<Migration> migrations;
    for (const SourceFile& file : list_folder(folder).files)
        if (file.name.ends_with(extension)) migrations.push_back(read_one(file));
    sort_by_version(migrations);
    refuse_duplicates(migrations);
    return migrations;
}

std::vector<NewFile> NativeLayout::new_files(std::string_view version,
                                             std::string_view name) const {
    return {{.path = fmt::format("{}_{}{}", version, name, extension),
             .text = std::string(empty_migration)}};
}

}  // namespace keel
