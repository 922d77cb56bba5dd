#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ops/migrate/layouts/foreign_layouts.hpp"
#include "ops/migrate/layouts/numbered_files.hpp"
#include "ops/migrate/layouts/pop_name.hpp"

namespace keel {
namespace {

std::optional<EngineKind> engine_of(std::string_view dialect) noexcept {
    constexpr auto postgres = std::to_array<std::string_view>({"postgres", "postgresql", "pg"});
    constexpr auto sqlite = std::to_array<std::string_view>({"sqlite3", "sqlite"});
    if (std::ranges::find(postgres, dialect) != postgres.end()) return EngineKind::postgres;
    if (std::ranges::find(sqlite, dialect) != sqlite.end()) return EngineKind::sqlite;
    return std::nullopt;
}

/// A file for one dialect is preferred to the one for all; one for another dialect is not read.
std::optional<FileRole> role_of(const SourceFile& file, std::optional<EngineKind> engine) {
    const auto name = parse_pop_name(file.name);
    if (!name) return std::nullopt;
    if (!name->dialect.empty() && engine && engine_of(name->dialect) != engine) return std::nullopt;
    return FileRole{.version = std::string(name->version),
                    .name = std::string(name->name),
                    .role = name->is_up ? SourceRole::up : SourceRole::down,
                    .preference = name->dialect.empty() ? 0 : 1,
                    .transaction = !name->autocommit};
}

class PopLayout final : public MigrationLayout {
  public:
    std::string_view name() const noexcept override { return "pop"; }

    std::vector<Migration> read(const MigrationFolder& folder) const override {
        auto migrations = collect_numbered(
            list_files_below(folder),
            [&](const SourceFile& file) { return role_of(file, folder.engine); }, "soda");
        // pop compares versions as text.
        std::sort(migrations.begin(), migrations.end(),
                  [](const Migration& a, const Migration& b) { return a.version < b.version; });
        return migrations;
    }

    std::vector<NewFile> new_files(std::string_view version, std::string_view name) const override {
        return {{.path = fmt::format("{}_{}.up.sql", version, name), .text = {}},
                {.path = fmt::format("{}_{}.down.sql", version, name), .text = {}}};
    }
};

/// The part before the first full stop, taken from `text` together with it.
std::string_view take_part(std::string_view& text) noexcept {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view part = text.substr(0, dot);
    text.remove_prefix(std::min(dot + 1, text.size()));
    return part;
}

}  // namespace

std::optional<PopName> parse_pop_name(std::string_view file) noexcept {
    PopName result;
    std::string_view rest = file;
    const std::string_view stem = take_part(rest);
    result.version = leading_digits(stem);
    if (result.version.empty() || stem.substr(result.version.size(), 1) != "_") return std::nullopt;
    result.name = stem.substr(result.version.size() + 1);
    std::string_view part = take_part(rest);
    if (part != "up" && part != "down" && part != "autocommit") {
        result.dialect = part;
        part = take_part(rest);
    }
    if (part == "autocommit") {
        result.autocommit = true;
        part = take_part(rest);
    }
    result.is_up = part == "up";
    const bool is_direction = result.is_up || part == "down";
    if (!is_direction || (rest != "sql" && rest != "fizz")) return std::nullopt;
    return result;
}

const MigrationLayout& pop_layout() {
    static const PopLayout layout;
    return layout;
}

}  // namespace keel
