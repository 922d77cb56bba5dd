#include "ops/migrate/sources.hpp"

#include <fmt/format.h>

#include <system_error>

#include "ops/migrate/code_migrations.hpp"
#include "ops/migrate/history.hpp"
#include "ops/migrate/migration_cache.hpp"
#include "ops/migrate/placeholders.hpp"
#include "ops/migrate/prepare.hpp"

namespace keel {

MigrationFolder migration_folder(OperationContext& context) {
    MigrationFolder folder{.directory = context.project().migrations().directory,
                           .root = context.project().root()};
    // A file for one engine is told from those for others; without an environment all are seen.
    if (context.spec().needs == Needs::environment) folder.engine = context.engine().kind();
    folder.variables = context.variables();
    return folder;
}

const MigrationLayout& project_layout(OperationContext& context) {
    return migration_layout(context.project().migrations().layout, migration_folder(context));
}

namespace {

/// Also when that cannot be found out: reading says why.
bool has_folder(OperationContext& context) {
    std::error_code failure;
    const bool is_there = std::filesystem::exists(migration_folder(context).directory, failure);
    return is_there || failure;
}

}  // namespace

std::vector<Migration> read_migrations(OperationContext& context) {
    const MigrationLayout& layout = project_layout(context);
    std::vector<Migration> migrations;
    // Who has all of them in code needs no folder.
    if (!has_code_migrations(context) || has_folder(context))
        migrations = layout.read(migration_folder(context));
    const MigrationSettings& settings = context.project().migrations();
    const Placeholders placeholders{.values = settings.placeholders,
                                    .form = settings.placeholder_form};
    if (!placeholders.is_form_valid())
        throw Error(ErrorKind::config,
                    fmt::format("placeholder_form '{}' is no form", placeholders.form))
            .with_hint("write 'name' where the name stands, with signs around it: \"{{ name }}\"");
    fill_placeholders(migrations, placeholders);
    read_replaced_versions(migrations);
    if (context.spec().needs == Needs::environment)
        provide_history_table(migrations, layout.name(), context.engine());
    add_code_migrations(context, migrations);
    return migrations;
}

MigrationLister::MigrationLister(OperationContext& context) : context_(context) {
    const MigrationSettings& settings = context.project().migrations();
    // A goose file may ask for environment variables: its content depends on more than the files.
    // Code is in no file at all.
    if (settings.layout == "goose" || has_code_migrations(context)) return;
    const MigrationFolder folder = migration_folder(context);
    std::string outside = fmt::format("{}\n{}\n{}", settings.layout, folder.root.native(),
                                      folder.engine ? to_string(*folder.engine) : "");
    for (const auto& [name, value] : settings.placeholders)
        outside += fmt::format("\n{}={}", name, value);
    cache_.emplace(context.project().state_directory(), folder.directory,
                   outside + settings.placeholder_form);
    known_ = std::async(std::launch::async, [cache = &*cache_] { return cache->load(); });
}

MigrationList MigrationLister::list() {
    if (auto known = cache_ ? known_.get() : std::nullopt) return {std::move(*known), false};
    const auto before = tree_state(migration_folder(context_).directory);
    auto migrations = read_migrations(context_);
    if (cache_ && project_layout(context_).name() != "goose")
        cache_->store(migrations, before, context_.context().clock.now());
    return {std::move(migrations), true};
}

std::vector<Migration> read_migrations_if_any(OperationContext& context) {
    if (!has_folder(context) && !has_code_migrations(context)) return {};
    return read_migrations(context);
}

std::vector<AppliedMigration> read_history(OperationContext& context) {
    Connection* connection = context.connection_if_exists();
    if (connection == nullptr) return {};
    return History(context.engine()).read(*connection);
}

MigrationRun make_run(OperationContext& context) {
    const Actor& actor = context.invocation().actor;
    return {.engine = context.engine(),
            .context = context.context(),
            .connection = [&context]() -> Connection& { return context.connection_or_create(); },
            .reconnect = [&context]() -> Connection& {
                context.disconnect();
                context.lock();
                return context.connection();
            },
            .another = [&context] { return context.another_connection(true); },
            .actor = actor.host.empty() ? actor.name : fmt::format("{}@{}", actor.name, actor.host),
            .backup = context.safety_backup().value_or(""),
            .lock_timeout = context.environment().session.lock_timeout,
            .extensions = context.services().extensions};
}

}  // namespace keel
