#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"
#include "ops/migrate/layout.hpp"
#include "ops/migrate/script.hpp"
#include "support/temporary_directory.hpp"

namespace keel::test {

/// A migrations folder as some tool's users keep it.
class SourceFolder {
  public:
    using Files = std::vector<std::pair<std::string, std::string>>;

    explicit SourceFolder(const Files& files) {
        for (const auto& [name, text] : files) add(name, text);
    }

    void add(const std::string& name, std::string_view text) const {
        const auto path = folder.directory / name;
        std::filesystem::create_directories(path.parent_path());
        write_file_atomically(path, text);
    }

    std::string layout() const { return std::string(migration_layout("auto", folder).name()); }
    std::vector<Migration> read(std::string_view name = "auto") const {
        return migration_layout(name, folder).read(folder);
    }
    /// "1 users, 2 orders": versions and names in the order of application.
    std::string order(std::string_view name = "auto") const {
        std::string text;
        for (const Migration& migration : read(name)) {
            if (!text.empty()) text += ", ";
            text += migration.version;
            if (!migration.name.empty()) text += " " + migration.name;
        }
        return text;
    }
    std::optional<Error> failure(std::string_view name = "auto") const {
        try {
            read(name);
        } catch (const Error& error) {
            return error;
        }
        return std::nullopt;
    }

    TemporaryDirectory directory;
    MigrationFolder folder{.directory = directory.path() / "migrations", .root = directory.path()};
};

/// The statements of a direction, cut for an engine, joined by " | ".
inline std::string statements(const Migration& migration, const Engine& engine,
                              Direction direction = Direction::up) {
    std::string text;
    for (const Statement& statement : compile_script(migration, direction, engine).statements) {
        if (!text.empty()) text += " | ";
        text += statement.text;
    }
    return text;
}

}  // namespace keel::test
