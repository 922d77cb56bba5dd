#include "ops/migrate/operations.hpp"

#include <array>
#include <optional>

#include "base/error.hpp"
#include "ops/migrate/adopt.hpp"
#include "ops/migrate/baseline.hpp"
#include "ops/migrate/down.hpp"
#include "ops/migrate/export_history.hpp"
#include "ops/migrate/goto_version.hpp"
#include "ops/migrate/history_specs.hpp"
#include "ops/migrate/new_migration.hpp"
#include "ops/migrate/redo.hpp"
#include "ops/migrate/rehearse.hpp"
#include "ops/migrate/repair.hpp"
#include "ops/migrate/squash.hpp"
#include "ops/migrate/status.hpp"
#include "ops/migrate/up.hpp"
#include "ops/migrate/verify.hpp"

namespace keel {
namespace {

constexpr std::array<OptionSpec, 6> new_options{
    {{.name = "name",
      .type = OptionType::positional,
      .help = "what the migration does",
      .required = true},
     {.name = "rebuild",
      .type = OptionType::text,
      .help = "SQLite: write what makes this table anew, to be edited, instead of an empty file",
      .value_name = "TABLE"},
     {.name = "auto", .help = "write what leads from the database to the declared schema"},
     {.name = "to",
      .type = OptionType::text,
      .help = "with --auto: environment, .sql file, folder, URL or backup:ID instead",
      .value_name = "SCHEMA"},
     {.name = "rename",
      .type = OptionType::list,
      .help = "with --auto: what only has another name, users.mail=email or members=users",
      .value_name = "OLD=NEW"},
     {.name = "one-transaction",
      .help = "with --auto: one migration in plain forms, though they lock tables while they are "
              "read"}}};
constexpr std::array<std::string_view, 4> new_examples{
    "keel migrate new add_users", "keel migrate new \"orders have a currency\"",
    "keel migrate new users_email_required --rebuild users",
    "keel migrate new currency --auto --to schema.sql"};
constexpr OperationSpec new_spec{.name = "migrate new",
                                 .summary = "create a migration, empty or from the difference",
                                 .effect = Effect::read,
                                 .needs = Needs::project,
                                 .options = new_options,
                                 .examples = new_examples};

constexpr std::array<OptionSpec, 5> up_options{
    {{.name = "to",
      .type = OptionType::text,
      .help = "apply up to this version, and no further",
      .value_name = "VERSION"},
     {.name = "steps",
      .type = OptionType::integer,
      .help = "apply at most so many",
      .value_name = "N"},
     {.name = "skip",
      .type = OptionType::list,
      .help = "record this version and run nothing of it",
      .value_name = "VERSION"},
     {.name = "backup", .help = "take a backup first, whatever is pending"},
     {.name = "restore-on-failure",
      .help = "bring that backup back when a step fails that no transaction could hold"}}};
constexpr std::array<std::string_view, 6> up_examples{"keel migrate up",
                                                      "keel migrate up --restore-on-failure",
                                                      "keel migrate up --dry-run",
                                                      "keel migrate up --skip 20260113090000",
                                                      "keel migrate up --to 20260112100000",
                                                      "keel migrate up --env prod --confirm prod"};
constexpr OperationSpec up_spec{.name = "migrate up",
                                .summary = "apply pending migrations, each in its own transaction",
                                .effect = Effect::schema,
                                .options = up_options,
                                .examples = up_examples,
                                .creates_database = true};

constexpr std::array<OptionSpec, 3> rehearse_options{
    {{.name = "to",
      .type = OptionType::text,
      .help = "rehearse up to this version, and no further",
      .value_name = "VERSION"},
     {.name = "steps",
      .type = OptionType::integer,
      .help = "rehearse at most so many",
      .value_name = "N"},
     {.name = "estimate-for",
      .type = OptionType::text,
      .help = "say too what it would take with the table sizes of this environment",
      .value_name = "ENV"}}};
constexpr std::array<std::string_view, 3> rehearse_examples{
    "keel migrate rehearse", "keel migrate rehearse --env prod",
    "keel migrate rehearse --env staging --estimate-for prod"};
constexpr OperationSpec rehearse_spec{
    .name = "migrate rehearse",
    .summary = "try pending migrations, up and down, on a disposable copy of the data",
    .options = rehearse_options,
    .examples = rehearse_examples,
    .reports_findings = true};

constexpr std::array<OptionSpec, 2> down_options{
    {{.name = "count",
      .type = OptionType::positional,
      .help = "how many of the newest to undo (1)",
      .value_name = "N"},
     {.name = "to",
      .type = OptionType::text,
      .help = "undo what is newer than this version; 0 undoes everything",
      .value_name = "VERSION"}}};
constexpr std::array<std::string_view, 3> down_examples{"keel migrate down", "keel migrate down 3",
                                                        "keel migrate down --to 20260112100000"};
constexpr OperationSpec down_spec{.name = "migrate down",
                                  .summary = "undo the newest migrations, after a safety backup",
                                  .effect = Effect::destructive,
                                  .options = down_options,
                                  .examples = down_examples,
                                  .asks_everywhere = false,
                                  .takes_safety_backup = true};

constexpr std::array<std::string_view, 1> redo_examples{"keel migrate redo"};
constexpr OperationSpec redo_spec{
    .name = "migrate redo",
    .summary = "undo the newest migration and apply it again, as its file is now",
    .effect = Effect::destructive,
    .examples = redo_examples,
    .asks_everywhere = false,
    .takes_safety_backup = true};

constexpr std::array<OptionSpec, 1> status_options{
    {{.name = "exit-code",
      .type = OptionType::flag,
      .help = "exit with 3 when something is pending, edited, missing or unfinished"}}};
constexpr std::array<std::string_view, 2> status_examples{
    "keel migrate status", "keel migrate status --exit-code --quiet"};
constexpr OperationSpec status_spec{.name = "migrate status",
                                    .summary = "show what is applied and what is pending",
                                    .options = status_options,
                                    .examples = status_examples,
                                    .reports_findings = true};

constexpr std::array<std::string_view, 2> history_examples{"keel migrate history",
                                                           "keel migrate history --json"};
constexpr OperationSpec history_spec{
    .name = "migrate history",
    .summary = "show every migration applied and undone, and by whom",
    .examples = history_examples};

constexpr std::array<OptionSpec, 5> repair_options{
    {{.name = "version",
      .type = OptionType::positional,
      .help = "the migration to repair",
      .required = true},
     {.name = "done",
      .type = OptionType::flag,
      .help = "the interrupted statement is done: go on after it"},
     {.name = "retry",
      .type = OptionType::flag,
      .help = "the interrupted statement had no effect: run it again and go on"},
     {.name = "abandon",
      .type = OptionType::flag,
      .help = "the database is as before the migration was begun: forget it"},
     {.name = "accept",
      .type = OptionType::flag,
      .help = "the edited file stands for what was applied"}}};
constexpr std::array<std::string_view, 2> repair_examples{
    "keel migrate repair 20260112100000 --retry", "keel migrate repair 20260112100000 --accept"};
constexpr OperationSpec repair_spec{
    .name = "migrate repair",
    .summary = "settle an interrupted migration, or accept an edited one, as you say",
    .effect = Effect::schema,
    .options = repair_options,
    .examples = repair_examples};

std::unique_ptr<Operation> make_up(const OptionValues& options) {
    UpTarget target{.to = options.text("to"), .steps = std::nullopt};
    if (options.has("steps")) target.steps = options.integer("steps", 0);
    target.skip = options.list("skip");
    target.backup = options.flag("backup");
    target.restore_on_failure = options.flag("restore-on-failure");
    return std::make_unique<MigrateUp>(std::move(target));
}

std::unique_ptr<Operation> make_down(const OptionValues& options) {
    if (options.has("to") && options.has("count"))
        throw Error(ErrorKind::usage, "give either a number of migrations or --to, not both")
            .with_hint("keel migrate down --to VERSION keeps VERSION and undoes what is newer");
    DownTarget target;
    if (options.has("to")) target.to = options.text("to");
    target.steps = options.integer("count", 1);
    return std::make_unique<MigrateDown>(std::move(target));
}

std::unique_ptr<Operation> make_redo(const OptionValues&) {
    return std::make_unique<MigrateRedo>();
}

constexpr std::array<OperationEntry, 14> entries{{
    {.spec = &new_spec, .read = migrate_new},
    {.spec = &up_spec, .make = make_up},
    {.spec = &down_spec, .make = make_down},
    {.spec = &redo_spec, .make = make_redo},
    {.spec = &rehearse_spec, .read = migrate_rehearse},
    {.spec = &status_spec, .read = migrate_status},
    {.spec = &history_spec, .read = migrate_history},
    {.spec = &verify_spec, .read = migrate_verify},
    {.spec = &repair_spec, .make = make_repair},
    {.spec = &goto_spec, .make = make_goto},
    {.spec = &baseline_spec, .make = make_baseline},
    {.spec = &adopt_spec, .make = make_adopt},
    {.spec = &export_spec, .make = make_export_history},
    {.spec = &squash_spec, .read = migrate_squash},
}};

}  // namespace

std::span<const OperationEntry> migrate_operations() noexcept {
    return entries;
}

}  // namespace keel
