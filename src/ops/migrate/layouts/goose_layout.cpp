#include <fmt/format.h>

#include "base/error.hpp"
#include "ops/migrate/layouts/assemble.hpp"
#include "ops/migrate/layouts/foreign_layouts.hpp"
#include "ops/migrate/layouts/goose_parser.hpp"

namespace keel {
namespace {

constexpr std::string_view empty_migration = "-- +goose Up\n\n\n-- +goose Down\n\n";

/// "42" and "name" of "42_name.sql". goose wants the underscore and a number above zero.
Migration named(const SourceFile& file) {
    const std::string_view digits = leading_digits(file.name);
    const std::string_view stem = without_extension(file.name);
    const bool has_name = digits.size() < stem.size() && stem[digits.size()] == '_';
    if (digits.empty() || !has_name || version_key(digits) == "0")
        throw Error(ErrorKind::invalid_input,
                    fmt::format("'{}' is not named as goose names migrations", file.name))
            .with_hint("name it <number>_<name>.sql, with a number above 0, or move it elsewhere")
            .at({.file = file.shown});
    Migration migration;
    migration.version = std::string(digits);
    migration.name = std::string(stem.substr(digits.size() + 1));
    return migration;
}

class GooseLayout final : public MigrationLayout {
  public:
    std::string_view name() const noexcept override { return "goose"; }

    std::vector<Migration> read(const MigrationFolder& folder) const override {
        std::vector<Migration> migrations;
        for (const SourceFile& file : list_folder(folder).files) {
            if (extension_of(file.name) == "sql") migrations.push_back(read_sql(file, folder));
            const bool is_program = program_language(file.name) == "Go";
            if (!is_program || leading_digits(file.name).empty()) continue;
            Migration named_only = named(file);
            migrations.push_back(
                program_migration(named_only.version, named_only.name, file, "goose"));
        }
        sort_by_version(migrations);
        refuse_duplicates(migrations);
        return migrations;
    }

    std::vector<NewFile> new_files(std::string_view version, std::string_view name) const override {
        return {{.path = fmt::format("{}_{}.sql", version, name),
                 .text = std::string(empty_migration)}};
    }

  private:
    static Migration read_sql(const SourceFile& file, const MigrationFolder& folder) {
        Migration name = named(file);
        Migration migration =
            parse_goose_migration(read_source(file), file.shown, folder.variables);
        migration.version = std::move(name.version);
        migration.name = std::move(name.name);
        return migration;
    }
};

}  // namespace

const MigrationLayout& goose_layout() {
    static const GooseLayout layout;
    return layout;
}

}  // namespace keel
