#include <fmt/format.h>

#include <algorithm>
#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/migrate/layouts/assemble.hpp"
#include "ops/migrate/layouts/foreign_layouts.hpp"

namespace keel {
namespace {

/// A file of a migration's folder, when it is there.
std::optional<SourceFile> inner_file(const SourceFile& folder, std::string_view name) {
    SourceFile file{.path = folder.path / name,
                    .name = std::string(name),
                    .shown = fmt::format("{}/{}", folder.shown, name)};
    if (!file_exists(file.path)) return std::nullopt;
    return file;
}

Error lacks_file(const SourceFile& folder, std::string_view name) {
    return Error(ErrorKind::invalid_input,
                 fmt::format("the folder '{}' has no {}", folder.shown, name))
        .with_hint("a migration is a folder with that file in it: add it, or move the folder away")
        .at({.file = folder.shown});
}

/// "a_b" is a, b; "a" is a and nothing.
std::pair<std::string_view, std::string_view> split_at_underscore(std::string_view name) noexcept {
    const std::size_t underscore = name.find('_');
    if (underscore == std::string_view::npos) return {name, {}};
    return {name.substr(0, underscore), name.substr(underscore + 1)};
}

/// Whether diesel's metadata.toml turns the transaction off.
bool runs_in_transaction(const SourceFile& folder) {
    const auto metadata = inner_file(folder, "metadata.toml");
    if (!metadata) return true;
    for (const std::string& line : split(read_source(*metadata), '\n')) {
        const std::string_view setting = std::string_view(line).substr(0, line.find('#'));
        const std::size_t equals = setting.find('=');
        if (equals == std::string_view::npos) continue;
        if (trim(setting.substr(0, equals)) == "run_in_transaction")
            return trim(setting.substr(equals + 1)) != "false";
    }
    return true;
}

class DieselLayout final : public MigrationLayout {
  public:
    std::string_view name() const noexcept override { return "diesel"; }

    std::vector<Migration> read(const MigrationFolder& folder) const override {
        std::vector<Migration> migrations;
        for (const SourceFile& inner : list_folder(folder).folders)
            migrations.push_back(read_one(inner));
        // diesel compares versions as text.
        std::sort(migrations.begin(), migrations.end(),
                  [](const Migration& a, const Migration& b) { return a.version < b.version; });
        refuse_duplicates(migrations);
        return migrations;
    }

    std::vector<NewFile> new_files(std::string_view version, std::string_view name) const override {
        const std::string folder = fmt::format("{}_{}", version, name);
        return {{.path = folder + "/up.sql", .text = {}},
                {.path = folder + "/down.sql", .text = {}}};
    }

  private:
    static Migration read_one(const SourceFile& folder) {
        const auto up = inner_file(folder, "up.sql");
        if (!up) throw lacks_file(folder, "up.sql");
        const auto [version, name] = split_at_underscore(folder.name);
        const bool transaction = runs_in_transaction(folder);
        return assemble({.version = replace_all(version, "-", ""),
                         .name = std::string(name),
                         .up = up,
                         .down = inner_file(folder, "down.sql"),
                         .verify = {},
                         .transaction = transaction,
                         .down_transaction = transaction});
    }
};

/// Prisma knows a migration by the whole name of its folder, and goes by the order of these names.
Migration read_named_folder(const SourceFile& folder) {
    const auto up = inner_file(folder, "migration.sql");
    if (!up) throw lacks_file(folder, "migration.sql");
    const std::string_view digits = leading_digits(folder.name);
    const bool has_version = !digits.empty() && folder.name.substr(digits.size()).starts_with('_');
    const std::size_t name_at = has_version ? digits.size() + 1 : folder.name.size();
    return assemble({.version = has_version ? std::string(digits) : folder.name,
                     .name = folder.name.substr(name_at),
                     .up = up,
                     .down = inner_file(folder, "down.sql"),
                     .verify = {}});
}

class PrismaLayout final : public MigrationLayout {
  public:
    std::string_view name() const noexcept override { return "prisma"; }

    std::vector<Migration> read(const MigrationFolder& folder) const override {
        std::vector<Migration> migrations;
        for (const SourceFile& inner : list_folder(folder).folders)
            migrations.push_back(read_named_folder(inner));
        tell_apart(migrations);
        return migrations;
    }

    std::vector<NewFile> new_files(std::string_view version, std::string_view name) const override {
        return {{.path = fmt::format("{}_{}/migration.sql", version, name), .text = {}}};
    }
};

}  // namespace

const MigrationLayout& diesel_layout() {
    static const DieselLayout layout;
    return layout;
}

const MigrationLayout& prisma_layout() {
    static const PrismaLayout layout;
    return layout;
}

}  // namespace keel
