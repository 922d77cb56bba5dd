#include "ops/lint/project_lint.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/text.hpp"
#include "db/inspector.hpp"

namespace keel::lint {
namespace {

void add_rules(const std::vector<std::string>& words, std::string_view key,
               std::set<std::string, std::less<>>& target) {
    for (const std::string& word : words) {
        const Rule* rule = find_rule(word);
        if (rule == nullptr) {
            std::vector<std::string> known;
            for (const Rule& one : all_rules()) {
                known.emplace_back(one.id);
                known.emplace_back(one.name);
            }
            throw Error(ErrorKind::config, fmt::format("lint.{}: there is no rule '{}'{}", key,
                                                       word, did_you_mean(word, known)))
                .with_hint("list the rules with: keel migrate lint --rules");
        }
        target.emplace(rule->id);
    }
}

}  // namespace

LintSettings settings_of(const LintConfiguration& configuration) {
    LintSettings settings;
    add_rules(configuration.ignore, "ignore", settings.ignored);
    add_rules(configuration.enable, "enable", settings.enabled);
    add_rules(configuration.errors, "errors", settings.errors);
    settings.since = configuration.since;
    return settings;
}

std::set<std::string> applied_versions(std::span<const AppliedMigration> history) {
    std::set<std::string> applied;
    for (const AppliedMigration& row : history) {
        const std::string key(version_key(row.version));
        if (row.state == MigrationState::reverted)
            applied.erase(key);
        else
            applied.insert(key);
    }
    return applied;
}

LiveKnowledge look_at_database(OperationContext& context, std::vector<std::string>& warnings) {
    LiveKnowledge live;
    try {
        live.connection = context.connection_if_exists();
        if (live.connection == nullptr) return live;
        live.catalog =
            context.engine().inspector().inspect(*live.connection, {.rows = RowCounts::estimate});
        live.is_protected = context.is_protected();
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        live.connection = nullptr;
        warnings.push_back(fmt::format("linted without the database: {}", error.message()));
    }
    return live;
}

std::string file_text(OperationContext& context, const std::filesystem::path& file) {
    try {
        return read_file(file.is_absolute() ? file : context.project().root() / file);
    } catch (const Error&) {
        return {};
    }
}

std::string today(const Clock& clock) {
    return format_utc(clock.now()).substr(0, 10);
}

}  // namespace keel::lint
