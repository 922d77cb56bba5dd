#include "ops/migrate/prepare.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/dialect.hpp"
#include "db/sql_words.hpp"
#include "ops/migrate/histories/write_history.hpp"
#include "ops/migrate/layouts/assemble.hpp"
#include "ops/migrate/standing.hpp"

namespace keel {
namespace {

/// Beyond the offset of any file's text.
constexpr std::size_t apart = std::size_t{1} << 40;

/// The tool whose table the files of a layout may know; null when there is none.
const ForeignTool* tool_of(std::string_view layout) {
    const std::string_view name = layout == "keel" ? "dbmate" : layout;
    for (const ForeignTool& tool : foreign_tools())
        if (tool.name == name && tool.name != "sqitch") return &tool;
    return nullptr;
}

/// Whether a statement of the text is about the table; one that makes it counts as no.
bool needs_table(const MigrationSection& section, std::string_view table, const Engine& engine) {
    if (to_lower(section.text).find(table) == std::string::npos) return false;
    try {
        for (const Statement& statement : engine.dialect().split(section.text).statements) {
            const std::string text = to_lower(replace_all(statement.text, "\"", ""));
            if (text.find(table) == std::string::npos) continue;
            const auto words = sql_words(text);
            const bool makes_it =
                !words.empty() && words.front() == "create" && has_word(words, "table");
            // Its name alone, not a part of another: old_schema_migrations.
            if (has_word(words, table)) return !makes_it;
        }
    } catch (const Error&) {
        return false;  // said when the migration is compiled
    }
    return false;
}

}  // namespace

void provide_history_table(std::vector<Migration>& migrations, std::string_view layout,
                           const Engine& engine) {
    const ForeignTool* tool = tool_of(layout);
    if (tool == nullptr) return;
    const HistoryWriter writer(*tool, engine);
    for (Migration& migration : migrations) {
        const bool needs = std::any_of(
            migration.up.begin(), migration.up.end(),
            [&](const auto& section) { return needs_table(section, tool->table, engine); });
        if (!needs) continue;
        MigrationSection section;
        section.text = writer.create_if_missing();
        section.offset = apart;
        section.file = migration.file;
        section.transaction = migration.up.front().transaction;
        section.idempotent = migration.up.front().idempotent;
        migration.up.insert(migration.up.begin(), std::move(section));
    }
}

void read_replaced_versions(std::vector<Migration>& migrations) {
    for (Migration& migration : migrations) {
        if (migration.up.empty()) continue;
        std::string_view text = migration.up.front().text;
        while (!text.empty()) {
            const std::string_view line = trim(text.substr(0, text.find('\n')));
            if (!line.empty() && !line.starts_with("--")) break;
            if (line.starts_with(replaces_mark))
                for (std::string& version : split(line.substr(replaces_mark.size()), ' '))
                    if (!version.empty()) migration.replaces.push_back(std::move(version));
            const std::size_t end = text.find('\n');
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        }
    }
}

void skip_migrations(std::vector<Migration>& migrations, const std::vector<std::string>& versions) {
    std::vector<std::string> known;
    for (const Migration& migration : migrations) known.push_back(migration.version);
    for (const std::string& wanted : versions) {
        const std::string version(version_of_argument(wanted, known));
        bool is_known = false;
        for (Migration& migration : migrations) {
            if (version_key(migration.version) != version_key(version)) continue;
            is_known = true;
            migration.is_skipped = true;
            migration.problem.clear();
            migration.up.clear();
            migration.verify.clear();
        }
        if (!is_known)
            throw Error(ErrorKind::not_found,
                        fmt::format("--skip {}: no migration has that version{}", wanted,
                                    did_you_mean(wanted, known)))
                .with_hint("list them with: keel migrate status");
    }
}

}  // namespace keel
