#include "ops/migrate/script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <type_traits>

#include "base/text.hpp"
#include "db/sql_words.hpp"
#include "ops/migrate/own_transactions.hpp"

namespace keel {
namespace {

bool is_for(const MigrationSection& section, EngineKind kind) noexcept {
    return !section.engine || *section.engine == kind;
}

std::string file_of(const Migration& migration, const MigrationSection& section) {
    return section.file.empty() ? migration.file.native() : section.file.native();
}

/// What is left of transaction control once BEGIN and COMMIT are gone, and may stay.
bool is_savepoint(const Statement& statement) {
    const auto words = sql_words(statement.text);
    return !words.empty() && !has_word(words, "prepared") && words.front() != "prepare";
}

/// Line and column of a byte of a section, in the file.
LineColumn place_in_file(const MigrationSection& section, std::size_t offset) noexcept {
    LineColumn place = line_column(section.text, offset);
    place.line += section.line - 1;
    return place;
}

class ScriptCompiler {
  public:
    ScriptCompiler(const Migration& migration, Direction direction, const Engine& engine)
        : engine_(engine) {
        script_.migration = &migration;
        script_.direction = direction;
    }

    Script compile() {
        const Migration& migration = *script_.migration;
        if (!migration.problem.empty()) throw cannot_run(migration);
        const bool is_up = script_.direction == Direction::up;
        for (const auto& section : is_up ? migration.up : migration.down) {
            if (migration.code && section.marker == code_marker)
                script_.code_after = script_.statements.size();
            if (is_for(section, engine_.kind())) add_section(section);
        }
        if (is_up) {
            for (const auto& section : migration.verify)
                if (is_for(section, engine_.kind())) append_verify(section);
        }
        settle_own_transactions(script_, engine_);
        settle_verify_transactions(script_.verify, engine_);
        check_probe();
        place_backfills();
        for (const Statement& statement : script_.statements) check_statement(statement);
        cut();
        return std::move(script_);
    }

  private:
    static Error cannot_run(const Migration& migration) {
        return Error(ErrorKind::unsupported, migration.problem)
            .with_hint(migration.problem_hint)
            .at({.file = migration.file.native()});
    }

    void append_verify(const MigrationSection& section) {
        append(section, split(section), script_.verify);
        script_.verify_judged_by_errors = section.judged_by_errors;
    }

    void add_section(const MigrationSection& section) {
        check_agreement(section);
        script_.transaction = section.transaction;
        script_.idempotent = section.idempotent;
        if (!section.probe.empty()) script_.probe = section.probe;
        if (section.lock_timeout)
            script_.lock_timeout = std::max(
                script_.lock_timeout.value_or(std::chrono::milliseconds(0)), *section.lock_timeout);
        first_ = first_ == nullptr ? &section : first_;
        SplitResult cut = split(section);
        find_backfills(section, cut.statements);
        append(section, std::move(cut), script_.statements);
    }

    /// What stands between two statements may ask for the second one to be run in batches.
    void find_backfills(const MigrationSection& section, std::vector<Statement>& statements) {
        std::size_t from = 0;
        for (std::size_t i = 0; i <= statements.size(); ++i) {
            const bool is_end = i == statements.size();
            const std::size_t begin = is_end ? section.text.size() : statements[i].offset;
            const std::size_t end = is_end ? begin : begin + statements[i].text.size();
            auto backfill = placed(section, [&] {
                return read_backfill(section.text, std::min(from, begin), begin, end);
            });
            if (backfill) {
                backfills_.push_back(std::make_shared<const Backfill>(std::move(*backfill)));
                statements[i].text = backfills_.back()->plain;
            }
            from = end + (is_end ? 0 : statements[i].copy_data.size());
        }
    }

    void check_agreement(const MigrationSection& section) const {
        if (first_ == nullptr) return;
        const bool agrees =
            first_->transaction == section.transaction && first_->idempotent == section.idempotent;
        if (agrees) return;
        throw Error(ErrorKind::invalid_input,
                    "sections for one engine disagree about transaction or idempotent")
            .with_hint("a migration runs either in a transaction or without one: make two of it")
            .at({.file = script_.migration->file.native(), .line = section.line - 1, .column = 1});
    }

    void append(const MigrationSection& section, SplitResult cut, std::vector<Statement>& target) {
        for (Statement& statement : cut.statements) {
            statement.offset += section.offset;
            statement.line += section.line - 1;
            statement.number = static_cast<int>(target.size()) + 1;
            settle_line_ends(statement);
            target.push_back(statement);
        }
        for (SplitNote& note : cut.notes) {
            note.line += section.line - 1;
            script_.notes.push_back(std::move(note));
        }
    }

    /// SQLite keeps a definition's text. It is to be the same whatever line ends the working copy
    /// has, as it is with SQLite's own shell; the checksum is blind to them too.
    void settle_line_ends(Statement& statement) {
        const bool has_any = statement.text.find("\r\n") != std::string_view::npos;
        const bool is_batched = std::ranges::any_of(backfills_, [&](const auto& backfill) {
            return backfill->plain.data() == statement.text.data();
        });
        if (!has_any || is_batched || engine_.kind() != EngineKind::sqlite) return;
        script_.own_texts.push_back(
            std::make_shared<const std::string>(replace_all(statement.text, "\r\n", "\n")));
        statement.text = *script_.own_texts.back();
    }

    SplitResult split(const MigrationSection& section) const {
        return placed(section, [&] { return engine_.dialect().split(section.text); });
    }

    /// Gives an error of `work`, whose line is the section's, its place in the file.
    template <typename Work>
    std::invoke_result_t<const Work&> placed(const MigrationSection& section,
                                             const Work& work) const {
        try {
            return work();
        } catch (Error& error) {
            SourcePosition where = error.where();
            where.file = file_of(*script_.migration, section);
            if (where.line > 0) where.line += section.line - 1;
            error.set_where(std::move(where));
            throw;
        }
    }

    /// Statements that cannot be in one transaction are found here, whatever the file says.
    void cut() {
        const Dialect& dialect = engine_.dialect();
        const bool separately = !script_.transaction;
        const bool is_batched = !script_.backfills.empty();
        if (!separately && !is_batched && !needs_parts(script_.statements, dialect)) return;
        script_.transaction = false;
        std::set<std::size_t> batched;
        for (const auto& [index, backfill] : script_.backfills) batched.insert(index);
        script_.parts = cut_into_parts(script_.statements, batched, dialect, separately);
        // Whoever gives a probe says that the statement must not be trusted to a transaction.
        if (!script_.probe.empty()) script_.parts.front().is_alone = true;
    }

    void check_probe() const {
        if (script_.probe.empty() || script_.statements.size() == 1) return;
        throw Error(ErrorKind::invalid_input,
                    fmt::format("a probe tells whether one statement is done, and there are {}",
                                script_.statements.size()))
            .with_hint("give each of the statements a migration of its own")
            .at({.file = script_.migration->file.native(), .line = first_->line - 1, .column = 1});
    }

    void place_backfills() {
        for (std::size_t i = 0; i < script_.statements.size(); ++i)
            for (const auto& backfill : backfills_)
                if (backfill->plain.data() == script_.statements[i].text.data())
                    script_.backfills.emplace(i, backfill);
        check_backfills();
    }

    /// SQLite's foreign keys are not enforced while a table is made anew, and are looked at in the
    /// end: not after every batch.
    void check_backfills() const {
        if (script_.backfills.empty() || engine_.kind() != EngineKind::sqlite) return;
        for (const Statement& statement : script_.statements) {
            const auto words = sql_words(statement.text);
            if (!has_sequence(words, {"drop", "table"})) continue;
            throw Error(ErrorKind::invalid_input,
                        "a migration with a backfill must not drop tables on SQLite: foreign keys "
                        "are not enforced in one that does")
                .with_hint("make two migrations of it")
                .at(script_.locate(statement));
        }
    }

    void check_statement(const Statement& statement) const {
        const Dialect& dialect = engine_.dialect();
        if (dialect.controls_transaction(statement.text) && !is_savepoint(statement))
            throw Error(ErrorKind::invalid_input,
                        "a migration must not prepare transactions or end prepared ones")
                .with_hint("remove the statement")
                .at(script_.locate(statement));
    }

    const Engine& engine_;
    Script script_;
    std::vector<std::shared_ptr<const Backfill>> backfills_;
    const MigrationSection* first_ = nullptr;
};

const MigrationSection* section_at(const Migration& migration, std::size_t offset) noexcept {
    for (const auto* sections : {&migration.up, &migration.verify, &migration.down}) {
        for (const MigrationSection& section : *sections)
            if (offset >= section.offset && offset <= section.offset + section.text.size())
                return &section;
    }
    return nullptr;
}

}  // namespace

std::string migration_label(std::string_view version, std::string_view name) {
    return name.empty() ? std::string(version) : fmt::format("{}_{}", version, name);
}

std::string Script::label() const {
    return migration_label(migration->version, migration->name);
}

namespace {

/// Where a byte of a statement's text stands behind the statement's beginning in the file.
std::size_t offset_in_file(const Script& script, const Statement& statement, std::size_t offset) {
    const bool is_own = std::ranges::any_of(
        script.own_texts, [&](const auto& text) { return text->data() == statement.text.data(); });
    if (!is_own) return offset;
    const auto before = statement.text.substr(0, offset);
    return offset + static_cast<std::size_t>(std::ranges::count(before, '\n'));
}

}  // namespace

std::string Script::extent() const {
    if (migration->code) return "code of the application";
    std::string text = count_of(statements.size(), "statement");
    if (backfills.empty()) return text;
    std::vector<std::string> tables;
    for (const auto& [index, backfill] : backfills) {
        const BackfillDirective& wanted = backfill->directive;
        tables.push_back(fmt::format("{} by {} rows at a time", wanted.table.name, wanted.batch));
    }
    return fmt::format("{}, backfill of {}", text, join(tables, ", "));
}

SourcePosition Script::locate(const Statement& statement, std::optional<std::size_t> offset) const {
    SourcePosition where{.file = migration->file.native(),
                         .line = statement.line,
                         .column = 1,
                         .statement = statement.number};
    const MigrationSection* section = section_at(*migration, statement.offset);
    if (section == nullptr) return where;
    where.file = file_of(*migration, *section);
    const LineColumn place =
        place_in_file(*section, statement.offset - section->offset +
                                    offset_in_file(*this, statement, offset.value_or(0)));
    where.line = place.line;
    where.column = place.column;
    return where;
}

Script compile_script(const Migration& migration, Direction direction, const Engine& engine) {
    return ScriptCompiler(migration, direction, engine).compile();
}

void place_error(Error& error, const Script& script, const std::vector<Statement>& statements) {
    const int number = error.where().statement;
    const bool is_ours = number > 0 && static_cast<std::size_t>(number) <= statements.size();
    if (!is_ours) {
        error.set_where({.file = script.migration->file.native()});
        return;
    }
    const auto offset = error.sql() ? error.sql()->offset : std::nullopt;
    error.set_where(script.locate(statements[static_cast<std::size_t>(number) - 1], offset));
}

}  // namespace keel
