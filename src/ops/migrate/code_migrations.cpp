#include "ops/migrate/code_migrations.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/error.hpp"

namespace keel {
namespace {

const Extensions& extensions_of(OperationContext& context) {
    static const Extensions none;
    const Extensions* given = context.services().extensions;
    return given == nullptr ? none : *given;
}

Error refuse(const MigrationCode& code, std::string_view why) {
    return Error(ErrorKind::invalid_input,
                 fmt::format("the migration {} in code {}",
                             migration_label(code.version, code.name), why))
        .with_hint("the application registers it when it makes its workspace");
}

Migration migration_of(const MigrationCode& code) {
    const bool is_number =
        !code.version.empty() && code.version.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number) throw refuse(code, "has a version that is not made of digits");
    if (!code.up) throw refuse(code, "has no function that applies it");
    Migration migration;
    migration.version = code.version;
    migration.name = code.name;
    migration.file = fmt::format("{} (in code)", migration_label(code.version, code.name));
    migration.checksum =
        digest_hex(fmt::format("keel code\n{}\n{}\n{}", code.version, code.name, code.revision));
    // Lives as long as the workspace, and so longer than any operation.
    migration.code = std::shared_ptr<const MigrationCode>(std::shared_ptr<void>(), &code);
    MigrationSection section;
    section.marker = code_marker;
    migration.up.push_back(section);
    if (code.down) migration.down.push_back(section);
    return migration;
}

/// What the application throws is told as what it is: Keel knows nothing of its types.
template <typename Work>
void named(const std::string& what, const Work& work) {
    try {
        work();
    } catch (Error& error) {
        error.add_trail(what);
        throw;
    } catch (const std::exception& failure) {
        Error error(ErrorKind::sql, failure.what());
        error.add_trail(what);
        throw error;
    }
}

MigrationCall call_of(const MigrationRun& run, Connection& connection, std::string_view version,
                      std::string_view name, bool is_up) {
    return {.connection = connection,
            .engine = run.engine.kind(),
            .context = run.context,
            .version = version,
            .name = name,
            .is_up = is_up};
}

bool is_about_down(HookPoint point) noexcept {
    return point == HookPoint::before_down || point == HookPoint::before_each_down ||
           point == HookPoint::after_each_down || point == HookPoint::after_down;
}

}  // namespace

bool has_code_migrations(OperationContext& context) {
    return !extensions_of(context).migrations.empty();
}

void add_code_migrations(OperationContext& context, std::vector<Migration>& migrations) {
    for (const MigrationCode& code : extensions_of(context).migrations) {
        Migration migration = migration_of(code);
        for (const Migration& other : migrations)
            if (other.kind != MigrationKind::repeatable &&
                version_key(other.version) == version_key(code.version))
                throw refuse(code, fmt::format("has the version of '{}'", other.file.native()));
        const auto next = std::ranges::find_if(migrations, [&](const Migration& other) {
            return other.kind == MigrationKind::repeatable ||
                   version_less(version_key(code.version), version_key(other.version));
        });
        migrations.insert(next, std::move(migration));
    }
}

void run_code(const MigrationRun& run, Connection& connection, const Script& script) {
    const MigrationCode& code = *script.migration->code;
    const bool is_up = script.direction == Direction::up;
    named(fmt::format("run the code of {}", script.label()), [&] {
        (is_up ? code.up : code.down)(call_of(run, connection, code.version, code.name, is_up));
    });
}

void verify_code(const MigrationRun& run, Connection& connection, const Script& script) {
    const MigrationCode& code = *script.migration->code;
    if (script.direction == Direction::down || !code.verify) return;
    named(fmt::format("verify {}", script.label()),
          [&] { code.verify(call_of(run, connection, code.version, code.name, true)); });
}

bool run_code_hooks(const MigrationRun& run, Connection& connection, HookPoint point,
                    std::string_view version, std::string_view name) {
    if (run.extensions == nullptr) return false;
    bool found = false;
    for (const MigrationHook& hook : run.extensions->hooks) {
        if (hook.point != point || !hook.run) continue;
        found = true;
        named(fmt::format("run the hook '{}'", hook.name),
              [&] { hook.run(call_of(run, connection, version, name, !is_about_down(point))); });
    }
    return found;
}

void run_code_hooks(const MigrationRun& run, Connection& connection, const Script& script,
                    bool is_before) {
    if (script.migration->is_skipped) return;
    const bool is_up = script.direction == Direction::up;
    const HookPoint point = is_before ? is_up ? HookPoint::before_each : HookPoint::before_each_down
                            : is_up   ? HookPoint::after_each
                                      : HookPoint::after_each_down;
    run_code_hooks(run, connection, point, script.migration->version, script.migration->name);
}

}  // namespace keel
