#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/migrate/layouts/foreign_layouts.hpp"
#include "ops/migrate/layouts/numbered_files.hpp"

namespace keel {
namespace {

/// Takes `suffix` from the end of `text` and says whether it was there.
bool take_suffix(std::string_view& text, std::string_view suffix) noexcept {
    if (!text.ends_with(suffix)) return false;
    text.remove_suffix(suffix.size());
    return true;
}

/// `<number>_<name>.up.sql` and `.down.sql`; anything else in the folder is not golang-migrate's.
std::optional<FileRole> golang_migrate_role(const SourceFile& file) {
    std::string_view stem = file.name;
    const bool is_sql =
        take_suffix(stem, ".sql") || take_suffix(stem, ".pgsql") || take_suffix(stem, ".psql");
    const std::string_view digits = leading_digits(stem);
    if (!is_sql || digits.empty() || stem.substr(digits.size(), 1) != "_") return std::nullopt;
    FileRole role{.version = std::string(digits)};
    if (take_suffix(stem, ".down")) {
        role.role = SourceRole::down;
    } else if (!take_suffix(stem, ".up")) {
        return std::nullopt;
    }
    role.name = std::string(stem.substr(digits.size() + 1));
    return role;
}

/// `<number>_<name>.sql`, or the same with .up and .down.
std::optional<FileRole> sqlx_role(const SourceFile& file) {
    std::string_view stem = file.name;
    const std::size_t underscore = stem.find('_');
    if (!take_suffix(stem, ".sql") || underscore == std::string_view::npos) return std::nullopt;
    const std::string_view digits = leading_digits(stem);
    if (digits.empty() || digits.size() != underscore)
        throw Error(ErrorKind::invalid_input,
                    fmt::format("'{}' does not begin with a version", file.name))
            .with_hint("sqlx wants <number>_<name>.sql: rename the file, or move it elsewhere")
            .at({.file = file.shown});
    FileRole role{.version = std::string(digits)};
    if (take_suffix(stem, ".down"))
        role.role = SourceRole::down;
    else
        take_suffix(stem, ".up");
    role.name = std::string(stem.substr(underscore + 1));
    return role;
}

/// The action of postgrator's `<number>.do.<name>.sql` and `<number>.undo.<name>.sql`.
SourceRole take_action(std::string_view& name) noexcept {
    constexpr std::string_view undo = ".undo";
    constexpr std::string_view act = ".do";
    const auto is_word = [&](std::string_view word) {
        return name.starts_with(word) && (name.size() == word.size() || name[word.size()] == '.');
    };
    if (is_word(undo)) return name.remove_prefix(undo.size()), SourceRole::down;
    if (is_word(act)) name.remove_prefix(act.size());
    return SourceRole::up;
}

/// Any file that begins with digits. A program counts too, so that it is not passed over unseen.
std::optional<FileRole> plain_role(const SourceFile& file) {
    std::string_view stem = file.name;
    const bool is_sql = take_suffix(stem, ".sql");
    if (!is_sql && program_language(file.name).empty()) return std::nullopt;
    const std::string_view digits = leading_digits(stem);
    if (digits.empty()) {
        if (!is_sql) return std::nullopt;
        throw Error(ErrorKind::invalid_input,
                    fmt::format("'{}' does not begin with a version", file.name))
            .with_hint("name it <number>_<name>.sql, or move it elsewhere")
            .at({.file = file.shown});
    }
    if (!is_sql) stem = without_extension(stem);
    FileRole role{.version = std::string(digits), .tells_apart = true};
    if (take_suffix(stem, ".down"))
        role.role = SourceRole::down;
    else
        take_suffix(stem, ".up");
    stem.remove_prefix(digits.size());
    if (take_action(stem) == SourceRole::down) role.role = SourceRole::down;
    if (stem.find_first_of("_-. ") == 0) stem.remove_prefix(1);
    role.name = std::string(stem);
    return role;
}

bool has_line(std::string_view text, std::string_view wanted) {
    for (const std::string& line : split(text, '\n'))
        if (equals_ignore_case(trim(line), wanted)) return true;
    return false;
}

bool sqlx_wants_no_transaction(std::string_view text) {
    return text.starts_with("-- no-transaction");
}

bool plain_wants_no_transaction(std::string_view text) {
    return sqlx_wants_no_transaction(text) ||
           has_line(text, "-- postgres-migrations disable-transaction");
}

void heed_directive(std::vector<Migration>& migrations, bool (*wants_none)(std::string_view)) {
    for (Migration& migration : migrations) {
        if (!migration.up.empty() && wants_none(migration.up.front().text))
            run_without_transaction(migration.up, "up");
        if (!migration.down.empty() && wants_none(migration.down.front().text))
            run_without_transaction(migration.down, "down");
    }
}

std::vector<NewFile> new_pair(std::string_view version, std::string_view name) {
    return {{.path = fmt::format("{}_{}.up.sql", version, name), .text = {}},
            {.path = fmt::format("{}_{}.down.sql", version, name), .text = {}}};
}

class GolangMigrateLayout final : public MigrationLayout {
  public:
    std::string_view name() const noexcept override { return "golang-migrate"; }

    std::vector<Migration> read(const MigrationFolder& folder) const override {
        auto migrations =
            collect_numbered(list_folder(folder).files, golang_migrate_role, "golang-migrate");
        sort_by_version(migrations);
        return migrations;
    }

    std::vector<NewFile> new_files(std::string_view version, std::string_view name) const override {
        return new_pair(version, name);
    }
};

class SqlxLayout final : public MigrationLayout {
  public:
    std::string_view name() const noexcept override { return "sqlx"; }

    std::vector<Migration> read(const MigrationFolder& folder) const override {
        auto migrations = collect_numbered(list_folder(folder).files, sqlx_role, "sqlx");
        heed_directive(migrations, sqlx_wants_no_transaction);
        sort_by_version(migrations);
        return migrations;
    }

    std::vector<NewFile> new_files(std::string_view version, std::string_view name) const override {
        return new_pair(version, name);
    }
};

class PlainLayout final : public MigrationLayout {
  public:
    std::string_view name() const noexcept override { return "plain"; }

    std::vector<Migration> read(const MigrationFolder& folder) const override {
        auto migrations =
            collect_numbered(list_folder(folder).files, plain_role, "the tool it was written for");
        heed_directive(migrations, plain_wants_no_transaction);
        sort_by_version(migrations);
        tell_apart(migrations);
        return migrations;
    }

    std::vector<NewFile> new_files(std::string_view version, std::string_view name) const override {
        return {{.path = fmt::format("{}_{}.sql", version, name), .text = {}}};
    }
};

}  // namespace

const MigrationLayout& golang_migrate_layout() {
    static const GolangMigrateLayout layout;
    return layout;
}

const MigrationLayout& sqlx_layout() {
    static const SqlxLayout layout;
    return layout;
}

const MigrationLayout& plain_layout() {
    static const PlainLayout layout;
    return layout;
}

}  // namespace keel
