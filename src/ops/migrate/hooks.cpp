#include "ops/migrate/hooks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "db/dialect.hpp"
#include "db/transaction.hpp"
#include "ops/kit/hook_command.hpp"
#include "ops/migrate/code_migrations.hpp"
#include "ops/migrate/fingerprint.hpp"
#include "ops/migrate/layouts/source_files.hpp"
#include "ops/migrate/migration_text.hpp"
#include "ops/migrate/sources.hpp"

namespace keel {
namespace {

/// Beyond the offsets of files and of what else is put before them.
constexpr std::size_t apart = std::size_t{1} << 41;

bool is_sql(std::string_view hook) noexcept {
    return hook.ends_with(".sql");
}

/// Flyway's callbacks: the name alone, or with a description after two underscores.
bool is_callback(std::string_view file, std::string_view name) noexcept {
    if (!file.ends_with(".sql") || !file.starts_with(name)) return false;
    const std::string_view rest = file.substr(name.size());
    return rest == ".sql" || rest.starts_with("__");
}

/// Adds those that are there, and says whether there is any.
bool add_callbacks(const MigrationFolder& folder, MigrationHooks& hooks) {
    auto files = list_files_below(folder);
    std::sort(files.begin(), files.end(),
              [](const SourceFile& a, const SourceFile& b) { return a.name < b.name; });
    bool found = false;
    const auto add = [&](const SourceFile& file, std::string_view name,
                         std::vector<std::string>& list) {
        if (!is_callback(file.name, name)) return;
        list.push_back(file.path);
        found = true;
    };
    for (const SourceFile& file : files) {
        add(file, "beforeMigrate", hooks.before_all);
        add(file, "beforeEachMigrate", hooks.before_each);
        add(file, "afterEachMigrate", hooks.after_each);
        add(file, "afterMigrate", hooks.after_all);
        add(file, "beforeUndo", hooks.before_down);
        add(file, "beforeEachUndo", hooks.before_each_down);
        add(file, "afterEachUndo", hooks.after_each_down);
        add(file, "afterUndo", hooks.after_down);
    }
    return found;
}

std::vector<MigrationSection> sections_of(const std::vector<std::string>& hooks,
                                          const std::filesystem::path& root, std::size_t& offset) {
    std::vector<MigrationSection> sections;
    for (const std::string& hook : hooks) {
        const std::string shown = shown_path(hook, root);
        if (!is_sql(hook))
            throw Error(ErrorKind::config,
                        fmt::format("the hook '{}' runs in the migration's own transaction, and is "
                                    "no SQL file",
                                    shown))
                .with_hint("commands can be before_all, after_all, before_down and after_down");
        MigrationSection section;
        section.text = read_migration_text(hook, shown);
        section.file = shown;
        section.offset = offset;
        offset += section.text.size() + 1;
        sections.push_back(std::move(section));
    }
    return sections;
}

/// Nothing around nothing.
void put_around(std::vector<MigrationSection>& sections,
                const std::vector<MigrationSection>& before,
                const std::vector<MigrationSection>& after) {
    if (sections.empty() || (before.empty() && after.empty())) return;
    const MigrationSection& own = sections.front();
    std::vector<MigrationSection> all;
    const auto add = [&](MigrationSection section) {
        section.transaction = own.transaction;
        section.idempotent = own.idempotent;
        all.push_back(std::move(section));
    };
    std::ranges::for_each(before, add);
    all.insert(all.end(), sections.begin(), sections.end());
    std::ranges::for_each(after, add);
    sections = std::move(all);
}

void run_sql(OperationContext& context, const MigrationRun& run, const std::string& hook) {
    const std::string shown = shown_path(hook, context.project().root());
    const std::string text = read_migration_text(hook, shown);
    try {
        const SplitResult script = run.engine.dialect().split(text);
        Connection& connection = run.connection();
        Transaction transaction(connection);
        connection.run_script(script.statements);
        transaction.commit();
    } catch (Error& error) {
        SourcePosition where = error.where();
        where.file = shown;
        error.set_where(std::move(where));
        error.add_trail(fmt::format("run the hook '{}'", shown));
        throw;
    }
}

const std::vector<std::string>& hooks_at(const MigrationHooks& hooks, HookPoint point) {
    switch (point) {
        case HookPoint::before_all:
            return hooks.before_all;
        case HookPoint::before_each:
            return hooks.before_each;
        case HookPoint::after_each:
            return hooks.after_each;
        case HookPoint::after_all:
            return hooks.after_all;
        case HookPoint::before_down:
            return hooks.before_down;
        case HookPoint::before_each_down:
            return hooks.before_each_down;
        case HookPoint::after_each_down:
            return hooks.after_each_down;
        case HookPoint::after_down:
            return hooks.after_down;
    }
    return hooks.after_all;
}

}  // namespace

MigrationHooks project_hooks(OperationContext& context) {
    MigrationHooks hooks = context.project().migrations().hooks;
    const MigrationFolder folder = migration_folder(context);
    if (!file_exists(folder.directory)) return hooks;
    MigrationHooks callbacks = hooks;
    // Names first: finding out the layout may mean to read all files.
    if (add_callbacks(folder, callbacks) && project_layout(context).name() == "flyway")
        return callbacks;
    return hooks;
}

void add_hooks(std::vector<Migration>& migrations, const MigrationHooks& hooks,
               const std::filesystem::path& root) {
    std::size_t offset = apart;
    const auto before = sections_of(hooks.before_each, root, offset);
    const auto after = sections_of(hooks.after_each, root, offset);
    for (Migration& migration : migrations)
        if (!migration.is_skipped) put_around(migration.up, before, after);
}

Migration with_down_hooks(Migration migration, const MigrationHooks& hooks,
                          const std::filesystem::path& root) {
    std::size_t offset = apart;
    const auto before = sections_of(hooks.before_each_down, root, offset);
    const auto after = sections_of(hooks.after_each_down, root, offset);
    put_around(migration.down, before, after);
    return migration;
}

void run_hooks(OperationContext& context, const MigrationRun& run, const MigrationHooks& hooks,
               HookPoint point) {
    const auto& list = hooks_at(hooks, point);
    const bool is_up = point == HookPoint::before_all || point == HookPoint::after_all;
    for (const std::string& hook : list) {
        context.context().check_cancelled("hooks");
        if (is_sql(hook))
            run_sql(context, run, hook);
        else
            run_hook_command(context, hook, {{"KEEL_DIRECTION", is_up ? "up" : "down"}},
                             "what it says is its own; migrations that were done before it stay");
    }
    const bool has_code = run_code_hooks(run, run.connection(), point);
    if (!has_code && std::none_of(list.begin(), list.end(), is_sql)) return;
    const auto rows = History(run.engine).read(run.connection());
    if (!rows.empty()) record_fingerprint(run.connection(), run.engine, rows.back().sequence);
}

}  // namespace keel
