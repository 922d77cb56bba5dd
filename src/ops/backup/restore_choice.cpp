#include "ops/backup/restore_choice.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/table_archive.hpp"
#include "ops/backup/choose.hpp"
#include "ops/backup/store.hpp"

namespace keel {

namespace {

void refuse_unreadable(const Backup& backup) {
    if (backup.is_closed) {
        throw Error(ErrorKind::config, "this key may write backups, and not read them")
            .with_hint("restore with the passphrase, or a key file that may read");
    }
    if (backup.state != BackupState::damaged) return;
    throw Error(ErrorKind::integrity,
                fmt::format("backup {} is damaged: {}", backup.id, join(backup.problems, "; ")))
        .with_hint("choose another: keel backup list");
}

}  // namespace

RestoreChoice choose_for_restore(OperationContext& context,
                                 const std::optional<std::string>& wanted) {
    const Listing listing = open_repository(context).list();
    const Chosen chosen = wanted ? choose_backup(listing, *wanted, context.active_choice().name)
                                 : choose_undo(listing, context.choice().name);
    RestoreChoice choice;
    if (!chosen.warning.empty()) choice.notices.push_back(chosen.warning);
    refuse_unreadable(*chosen.backup);
    choice.manifest = chosen.backup->manifest;
    const EngineKind source = choice.manifest.content.engine;
    const EngineKind target = context.environment().url.engine();
    if (source == target) return choice;
    throw Error(ErrorKind::unsupported,
                fmt::format("backup {} is of {}, and '{}' is {}", choice.manifest.id,
                            to_string(source), context.choice().name, to_string(target)))
        .with_hint("restore it into an environment of its own engine (--to)");
}

StagedDatabase stage_backup(OperationContext& context, const Manifest& manifest,
                            StreamReader& streams) {
    const Engine& engine = context.engine();
    const DatabaseUrl& target = context.environment().url;
    if (!is_of_tables(manifest.content))
        return engine.dumper().stage(manifest.content, streams,
                                     {.target = target, .run_id = context.run_id()},
                                     context.context());
    return engine.table_archive().stage({.content = manifest.content,
                                         .streams = streams,
                                         .target = target,
                                         .run_id = context.run_id()},
                                        context.context());
}

void require_may_stage(OperationContext& context) {
    if (!context.is_testing() || !context.is_known_protected()) return;
    throw Error(ErrorKind::refused,
                fmt::format("this is a test run, and '{}' is protected: nothing may be restored "
                            "beside it",
                            context.environment().name))
        .with_hint("choose a test environment with -e, or unset KEEL_TESTING");
}

}  // namespace keel
