#include "ops/backup/operations.hpp"

#include <array>

#include "ops/backup/copy_to.hpp"
#include "ops/backup/create.hpp"
#include "ops/backup/export.hpp"
#include "ops/backup/import.hpp"
#include "ops/backup/keys.hpp"
#include "ops/backup/list.hpp"
#include "ops/backup/more_specs.hpp"
#include "ops/backup/prune.hpp"
#include "ops/backup/recover.hpp"
#include "ops/backup/remove.hpp"
#include "ops/backup/restore.hpp"
#include "ops/backup/verify.hpp"

namespace keel {

namespace {

constexpr std::string_view id_help = backup_id_help;

constexpr OptionSpec create_options[] = {
    {.name = "label", .type = OptionType::text, .help = "a name to find it by"},
    {.name = "note",
     .type = OptionType::text,
     .help = "a remark that is kept with it",
     .value_name = "TEXT"},
    {.name = "table",
     .type = OptionType::list,
     .help = "only this table (again for more; * stands for any characters)",
     .value_name = "NAME"},
    {.name = "schema",
     .type = OptionType::list,
     .help = "only the tables of this schema (PostgreSQL)",
     .value_name = "NAME"},
};
constexpr std::string_view create_examples[] = {
    "keel backup create",
    "keel backup create --table users --table 'order*'",
    "keel backup create --label before-import --note 'prices of 2026'",
    "keel backup create -e prod --json",
};
constexpr OperationSpec create_spec{
    .name = "backup create",
    .summary = "back up the database, or some of its tables, and read the backup back",
    .options = create_options,
    .examples = create_examples,
};

constexpr std::string_view list_examples[] = {
    "keel backup list",
    "keel backup list -e prod",
    "keel backup list --json",
};
constexpr OperationSpec list_spec{
    .name = "backup list",
    .summary = "list the backups, newest first",
    .needs = Needs::project,
    .examples = list_examples,
};

constexpr OptionSpec show_options[] = {
    {.name = "id", .type = OptionType::positional, .help = id_help, .required = true},
};
constexpr std::string_view show_examples[] = {
    "keel backup show latest",
    "keel backup show 20261120t07",
};
constexpr OperationSpec show_spec{
    .name = "backup show",
    .summary = "show one backup: where it is from, its tables, its checks",
    .needs = Needs::project,
    .options = show_options,
    .examples = show_examples,
};

constexpr OptionSpec verify_options[] = {
    {.name = "id", .type = OptionType::positional, .help = id_help},
    {.name = "all", .help = "every backup, and the repository itself"},
    {.name = "restore",
     .help = "the drill: restore it too, into a private database beside the environment's, have "
             "that looked through by the engine, and throw it away"},
    {.name = "sample",
     .type = OptionType::integer,
     .help = "read only so many percent of it, each time others",
     .value_name = "PERCENT"},
};
constexpr std::string_view verify_examples[] = {
    "keel backup verify latest",
    "keel backup verify latest --restore",
    "keel backup verify --all",
    "keel backup verify --all --sample 5",
};
constexpr OperationSpec verify_spec{
    .name = "backup verify",
    .summary = "read every byte of backups and compare; exits with 3 when one is bad",
    .options = verify_options,
    .examples = verify_examples,
    .reports_findings = true,
};

constexpr OptionSpec restore_options[] = {
    {.name = "id", .type = OptionType::positional, .help = id_help, .required = true},
    {.name = "to",
     .type = OptionType::text,
     .help = "restore into this environment's database instead",
     .value_name = "NAME"},
    {.name = "table",
     .type = OptionType::list,
     .help = "only this table (again for more; * stands for any characters)",
     .value_name = "NAME"},
    {.name = "schema",
     .type = OptionType::list,
     .help = "only the tables of this schema (PostgreSQL)",
     .value_name = "NAME"},
    {.name = "as",
     .type = OptionType::text,
     .help = "restore as a new database of this name (SQLite: a new file), or the one table that "
             "--table names as a new table, beside what is there",
     .value_name = "NAME"},
};
constexpr std::string_view restore_examples[] = {
    "keel backup restore latest --table users --dry-run",
    "keel backup restore latest --table users --as users_before",
    "keel backup restore latest --as shop_yesterday",
    "keel backup restore latest --dry-run",
    "keel backup restore 20261120t0715 --yes",
    "keel backup restore latest -e prod --to dev",
};
constexpr OperationSpec restore_spec{
    .name = "backup restore",
    .summary = "replace the database, or tables of it, by a backup, after a safety backup",
    .effect = Effect::destructive,
    .options = restore_options,
    .examples = restore_examples,
    .repairs = true,
    .environment_option = "to",
};

constexpr OptionSpec delete_options[] = {
    {.name = "id", .type = OptionType::positional, .help = id_help, .required = true},
};
constexpr std::string_view delete_examples[] = {
    "keel backup delete 20261120t0715",
    "keel backup delete 20261120t0715 --yes",
};
constexpr OperationSpec delete_spec{
    .name = "backup delete",
    .summary = "delete a backup; never the last good one of its environment",
    .effect = Effect::destructive,
    .options = delete_options,
    .examples = delete_examples,
    .opens_database = false,
};

constexpr std::string_view undo_examples[] = {
    "keel undo --dry-run",
    "keel undo --yes",
};
constexpr OperationSpec undo_spec{
    .name = "undo",
    .summary = "bring back what was there before the last destructive command",
    .effect = Effect::destructive,
    .examples = undo_examples,
    .takes_safety_backup = true,
    .repairs = true,
};

constexpr OptionSpec recover_options[] = {
    {.name = "discard",
     .help = "remove, too, what was kept aside on purpose: a damaged database that was replaced"},
};
constexpr std::string_view recover_examples[] = {
    "keel recover --dry-run",
    "keel recover",
};
constexpr OperationSpec recover_spec{
    .name = "recover",
    .summary = "finish or clean up what interrupted runs left",
    .effect = Effect::write,
    .options = recover_options,
    .examples = recover_examples,
    .opens_database = false,
    .repairs = true,
};

constexpr OptionSpec prune_options[] = {
    {.name = "all", .help = "of every environment, not of the active one only"},
};
constexpr std::string_view prune_examples[] = {
    "keel backup prune --dry-run",
    "keel backup prune",
    "keel backup prune --all --json",
};
constexpr OperationSpec prune_spec{
    .name = "backup prune",
    .summary =
        "remove the backups that no rule of [backup] keep keeps; a dry run says why each "
        "stays",
    .effect = Effect::write,
    .options = prune_options,
    .examples = prune_examples,
    .opens_database = false,
};

constexpr OptionSpec pin_options[] = {
    {.name = "id", .type = OptionType::positional, .help = id_help, .required = true},
    {.name = "note", .type = OptionType::text, .help = "why", .value_name = "TEXT"},
};
constexpr std::string_view pin_examples[] = {
    "keel backup pin 20261120t0715 --note 'before the audit'",
    "keel backup pin latest",
};
constexpr OperationSpec pin_spec{
    .name = "backup pin",
    .summary = "keep a backup whatever the rules say",
    .effect = Effect::write,
    .options = pin_options,
    .examples = pin_examples,
    .opens_database = false,
};

constexpr OptionSpec unpin_options[] = {
    {.name = "id", .type = OptionType::positional, .help = id_help, .required = true},
};
constexpr std::string_view unpin_examples[] = {
    "keel backup unpin 20261120t0715",
    "keel backup unpin 20261120t0715 --json",
};
constexpr OperationSpec unpin_spec{
    .name = "backup unpin",
    .summary = "let the rules count for a pinned backup again",
    .effect = Effect::write,
    .options = unpin_options,
    .examples = unpin_examples,
    .opens_database = false,
};

constexpr OptionSpec copy_options[] = {
    {.name = "repository",
     .type = OptionType::positional,
     .help = "the folder of the other repository; it is made when it is not there",
     .required = true},
    {.name = "id", .type = OptionType::positional, .help = "only this backup (id or 'latest')"},
};
constexpr std::string_view copy_examples[] = {
    "keel backup copy-to /mnt/safe/backups",
    "keel backup copy-to /mnt/safe/backups latest",
};
constexpr OperationSpec copy_spec{
    .name = "backup copy-to",
    .summary = "copy backups to another repository, and verify them there",
    .effect = Effect::write,
    .options = copy_options,
    .examples = copy_examples,
    .opens_database = false,
};

constexpr std::array entries{
    OperationEntry{.spec = &create_spec, .read = create_backup},
    OperationEntry{.spec = &list_spec, .read = list_backups},
    OperationEntry{.spec = &show_spec, .read = show_backup},
    OperationEntry{.spec = &verify_spec, .read = verify_backups},
    OperationEntry{.spec = &restore_spec, .make = make_backup_restore},
    OperationEntry{.spec = &backup_export_spec, .read = export_backup},
    OperationEntry{.spec = &backup_import_spec, .make = make_backup_import},
    OperationEntry{.spec = &delete_spec, .make = make_backup_delete},
    OperationEntry{.spec = &prune_spec, .make = make_backup_prune},
    OperationEntry{.spec = &pin_spec, .make = make_backup_pin},
    OperationEntry{.spec = &unpin_spec, .make = make_backup_unpin},
    OperationEntry{.spec = &copy_spec, .make = make_backup_copy_to},
    OperationEntry{.spec = &key_list_spec, .read = list_keys},
    OperationEntry{.spec = &key_new_spec, .make = make_key_new},
    OperationEntry{.spec = &key_add_spec, .make = make_key_add},
    OperationEntry{.spec = &key_remove_spec, .make = make_key_remove},
    OperationEntry{.spec = &key_rotate_spec, .make = make_key_rotate},
    OperationEntry{.spec = &undo_spec, .make = make_undo},
    OperationEntry{.spec = &recover_spec, .make = make_recover},
};

}  // namespace

std::span<const OperationEntry> backup_operations() noexcept {
    return entries;
}

}  // namespace keel
