#include "ops/migrate/layout.hpp"

#include <fmt/format.h>

#include <system_error>

#include "base/error.hpp"
#include "base/file.hpp"
#include "ops/migrate/layouts/detect.hpp"
#include "ops/migrate/layouts/foreign_layouts.hpp"
#include "ops/migrate/native_layout.hpp"

namespace keel {
namespace {

/// The folders are the project's: their mode is the user's umask, not the 0700 of Keel's own state.
void make_folder(const std::filesystem::path& path, const std::filesystem::path& root) {
    std::error_code failure;
    std::filesystem::create_directories(path, failure);
    if (failure)
        throw Error(ErrorKind::io, fmt::format("cannot make the migrations folder '{}': {}",
                                               shown_path(path, root), failure.message()))
            .with_hint("check the permissions of the folder above it");
}

}  // namespace

const MigrationLayout& migration_layout(std::string_view name, const MigrationFolder& folder) {
    static const NativeLayout native;
    if (name == "auto" || name.empty()) return detect_layout(folder);
    if (name == native.name()) return native;
    for (const MigrationLayout& (*const layout)() :
         {goose_layout, golang_migrate_layout, flyway_layout, diesel_layout, prisma_layout,
          sqlx_layout, pop_layout, drizzle_layout, sqitch_layout, plain_layout})
        if (layout().name() == name) return layout();
    throw Error(ErrorKind::unsupported,
                fmt::format("this keel does not read the migration layout '{}'", name))
        .with_hint(
            "use keel, goose, golang-migrate, flyway, diesel, prisma, sqlx, pop, drizzle, sqitch, "
            "plain or auto");
}

std::filesystem::path create_migration(const MigrationLayout& layout, const MigrationFolder& folder,
                                       std::string_view version, std::string_view name) {
    return write_migration(layout.new_files(version, name), folder);
}

std::filesystem::path write_migration(const std::vector<NewFile>& files,
                                      const MigrationFolder& folder) {
    for (const NewFile& file : files) {
        const auto path = folder.directory / file.path;
        make_folder(path.parent_path(), folder.root);
        AtomicFile written(path, 0644, false);
        written.write(file.text);
        written.finish();
    }
    return folder.directory / files.front().path;
}

std::string shown_path(const std::filesystem::path& path, const std::filesystem::path& root) {
    const auto relative = path.lexically_relative(root);
    const bool is_inside = !relative.empty() && *relative.begin() != "..";
    return is_inside ? relative.native() : path.native();
}

}  // namespace keel
