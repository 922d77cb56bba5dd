#include "ops/lint/judged.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "db/dialect.hpp"
#include "db/statement_reader.hpp"
#include "ops/kit/backfill.hpp"

namespace keel::lint {
namespace {

bool is_for(const MigrationSection& section, EngineKind kind) noexcept {
    return !section.engine || *section.engine == kind;
}

void read_section(const MigrationSection& section, const Engine& engine, JudgedFile& file,
                  std::vector<JudgedStatement>& statements) {
    if (!is_for(section, engine.kind())) return;
    try {
        std::size_t from = 0;
        for (Statement& statement : engine.dialect().split(section.text).statements) {
            JudgedStatement judged;
            judged.section = &section;
            const std::size_t end = statement.offset + statement.text.size();
            const auto backfill = read_backfill(section.text, std::min(from, statement.offset),
                                                statement.offset, end);
            from = end + statement.copy_data.size();
            if (backfill) {
                file.texts.push_back(std::make_shared<const std::string>(backfill->plain));
                statement.text = *file.texts.back();
                judged.is_batched = true;
            }
            judged.statement = statement;
            judged.statement.number = static_cast<int>(statements.size()) + 1;
            judged.read = engine.statement_reader().read(statement.text);
            statements.push_back(std::move(judged));
        }
    } catch (Error& error) {
        SourcePosition where = error.where();
        where.file = section.file.empty() ? file.migration->file.native() : section.file.native();
        if (where.line > 0) where.line += section.line - 1;
        error.set_where(std::move(where));
        file.unreadable.push_back(std::move(error));
    }
}

}  // namespace

SourcePosition JudgedStatement::locate(const Migration& migration, std::size_t offset) const {
    const LineColumn place = line_column(section->text, statement.offset + offset);
    return {.file = section->file.empty() ? migration.file.native() : section->file.native(),
            .line = place.line + section->line - 1,
            .column = place.column,
            .statement = statement.number};
}

bool JudgedFile::in_transaction() const noexcept {
    return std::ranges::all_of(up,
                               [](const JudgedStatement& one) { return one.section->transaction; });
}

std::vector<std::filesystem::path> JudgedFile::paths() const {
    std::vector<std::filesystem::path> found{migration->file};
    for (const auto* sections : {&migration->up, &migration->down})
        for (const auto& section : *sections)
            if (!section.file.empty() && std::ranges::find(found, section.file) == found.end())
                found.push_back(section.file);
    return found;
}

JudgedFile judge_file(const Migration& migration, const Engine& engine) {
    JudgedFile file;
    file.migration = &migration;
    for (const auto& section : migration.up) read_section(section, engine, file, file.up);
    for (const auto& section : migration.down) read_section(section, engine, file, file.down);
    return file;
}

}  // namespace keel::lint
