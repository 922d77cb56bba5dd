#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/text.hpp"
#include "engines/postgres/engine.hpp"
#include "engines/sqlite/engine.hpp"
#include "ops/lint/linter.hpp"
#include "ops/migrate/native_parser.hpp"

namespace keel::lint {

inline const Engine& engine_of(EngineKind kind) {
    static const auto postgres = postgres::make_engine();
    static const auto sqlite = sqlite::make_engine();
    return kind == EngineKind::postgres ? *postgres : *sqlite;
}

/// Migrations in memory, and what lint says of them. Nothing is connected to.
class LintWorld {
  public:
    explicit LintWorld(EngineKind kind) : kind_(kind) {}

    /// A migration that is applied: what the others find.
    void given(const std::string& text) { add("10000101000000_given.sql", text, true); }
    /// A text that is one migration, or several with a line `-- file: NAME` above each.
    void pending(const std::string& text) {
        constexpr std::string_view mark = "-- file: ";
        std::string_view rest = text;
        if (!rest.starts_with(mark)) return add("20260101000000_change.sql", text, false);
        while (!rest.empty()) {
            rest.remove_prefix(mark.size());
            const auto line = rest.find('\n');
            const auto next = std::min(rest.find(mark), rest.size());
            add(std::string(rest.substr(0, line)),
                std::string(rest.substr(line + 1, next - line - 1)), false);
            rest.remove_prefix(next);
        }
    }
    LintSettings settings;
    Provenance provenance;
    std::string today = "2026-11-20";

    std::vector<Finding> lint() const {
        const SystemClock clock;
        const Context context{{}, no_progress(), no_logger(), clock};
        return run_lint({.engine = engine_of(kind_),
                         .files = files_,
                         .wants = [&](int number) { return !is_applied_[at(number)]; },
                         .is_applied = [&](int number) { return is_applied_[at(number)]; },
                         .text_of =
                             [&](const std::filesystem::path& path) {
                                 for (std::size_t i = 0; i < files_.size(); ++i)
                                     if (files_[i].file == path) return texts_[i];
                                 return std::string();
                             },
                         .settings = settings,
                         .live = {},
                         .provenance = provenance,
                         .today = today,
                         .context = context});
    }
    const std::vector<Migration>& files() const noexcept { return files_; }
    const std::string& text(std::size_t number) const { return texts_.at(number); }

  private:
    static std::size_t at(int number) { return static_cast<std::size_t>(number); }
    void add(const std::string& name, const std::string& text, bool applied) {
        const bool has_marker = text.find("-- migrate:") != std::string::npos;
        texts_.push_back(has_marker ? text : "-- migrate:up\n" + text + "\n");
        Migration migration = parse_native_migration(texts_.back(), "migrations/" + name);
        migration.file = "migrations/" + name;
        migration.version = name.substr(0, name.find('_'));
        files_.push_back(std::move(migration));
        is_applied_.push_back(applied);
    }

    EngineKind kind_;
    std::vector<Migration> files_;
    std::vector<std::string> texts_;
    std::vector<bool> is_applied_;
};

inline std::string example_schema(EngineKind kind) {
    return read_file(std::filesystem::path(KEEL_SOURCE_DIR) / "docs/reference/lint" /
                     ("example_schema." + std::string(to_string(kind)) + ".sql"));
}

inline bool has_rule(const std::vector<Finding>& findings, std::string_view id) {
    return std::ranges::any_of(findings, [&](const Finding& one) { return one.rule->id == id; });
}

inline std::string ids_of(const std::vector<Finding>& findings) {
    std::string text;
    for (const auto& one : findings) text += std::string(one.rule->id) + " " + one.message + " | ";
    return text;
}

/// What lint says to one migration on the schema of the examples.
inline std::vector<Finding> lint_example(EngineKind kind, std::string_view text) {
    LintWorld world(kind);
    world.given(example_schema(kind));
    world.pending(std::string(text));
    return world.lint();
}

inline bool is_in_scope(const Rule& rule, EngineKind kind) {
    return rule.scope == Scope::both ||
           (rule.scope == Scope::sqlite) == (kind == EngineKind::sqlite);
}

inline const Example& example_of(const Rule& rule, EngineKind kind) {
    return kind == EngineKind::sqlite ? rule.sqlite : rule.postgres;
}

}  // namespace keel::lint
