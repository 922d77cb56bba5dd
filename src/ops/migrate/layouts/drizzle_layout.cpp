#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "ops/migrate/layouts/assemble.hpp"
#include "ops/migrate/layouts/foreign_layouts.hpp"

namespace keel {
namespace {

constexpr std::string_view journal_file = "meta/_journal.json";
constexpr std::string_view breakpoint = "--> statement-breakpoint";

/// A breakpoint ends a statement that has no semicolon. It keeps its length, and so all places.
void end_statements(Migration& migration) {
    const std::string ended = ";--" + std::string(breakpoint.substr(3));
    for (MigrationSection& section : migration.up)
        section.text = replace_all(section.text, breakpoint, ended);
}

/// `tag` is known by its number and the words after it: "0003_gray_hulk".
Migration read_tagged(const std::string& tag, const SourceFile& file) {
    const std::string_view digits = leading_digits(tag);
    const bool has_version = !digits.empty() && tag.substr(digits.size()).starts_with('_');
    const std::size_t name_at = has_version ? digits.size() + 1 : tag.size();
    Migration migration = assemble({.version = has_version ? std::string(digits) : tag,
                                    .name = tag.substr(name_at),
                                    .up = file,
                                    .down = {},
                                    .verify = {}});
    end_statements(migration);
    return migration;
}

std::vector<std::string> journal_tags(const SourceFile& journal) {
    std::vector<std::string> tags;
    try {
        const Json content = Json::parse(read_source(journal));
        for (const Json& entry : content.at("entries").as_array())
            tags.push_back(entry.at("tag").as_string());
    } catch (Error& error) {
        error.set_message(
            fmt::format("'{}' is not drizzle's journal: {}", journal.shown, error.message()));
        error.set_hint("make it anew with drizzle-kit, or bring back the one that it wrote");
        error.set_where({.file = journal.shown});
        throw;
    }
    return tags;
}

class DrizzleLayout final : public MigrationLayout {
  public:
    std::string_view name() const noexcept override { return "drizzle"; }

    std::vector<Migration> read(const MigrationFolder& folder) const override {
        const SourceFile journal = source_file(folder, folder.directory / journal_file);
        const FolderContent content = list_folder(folder);
        auto migrations =
            file_exists(journal.path) ? read_journal(folder, journal) : read_folders(content);
        tell_apart(migrations);
        return migrations;
    }

    std::vector<NewFile> new_files(std::string_view, std::string_view name) const override {
        throw Error(ErrorKind::unsupported,
                    "a drizzle migration also has an entry in drizzle's journal")
            .with_hint(fmt::format("make it with: drizzle-kit generate --custom --name {}", name));
    }

  private:
    static std::vector<Migration> read_journal(const MigrationFolder& folder,
                                               const SourceFile& journal) {
        std::vector<Migration> migrations;
        for (const std::string& tag : journal_tags(journal)) {
            const SourceFile file = source_file(folder, folder.directory / (tag + ".sql"));
            if (!file_exists(file.path))
                throw Error(
                    ErrorKind::not_found,
                    fmt::format("drizzle's journal names '{}', which is not there", file.shown))
                    .with_hint("bring the file back")
                    .at({.file = journal.shown});
            migrations.push_back(read_tagged(tag, file));
        }
        return migrations;
    }

    /// Newer versions keep no journal: each migration is a folder.
    static std::vector<Migration> read_folders(const FolderContent& content) {
        std::vector<Migration> migrations;
        for (const SourceFile& folder : content.folders) {
            const SourceFile file{.path = folder.path / "migration.sql",
                                  .name = "migration.sql",
                                  .shown = folder.shown + "/migration.sql"};
            if (file_exists(file.path)) migrations.push_back(read_tagged(folder.name, file));
        }
        return migrations;
    }
};

}  // namespace

const MigrationLayout& drizzle_layout() {
    static const DrizzleLayout layout;
    return layout;
}

}  // namespace keel
