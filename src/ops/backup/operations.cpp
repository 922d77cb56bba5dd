#include "ops/backup/operations.hpp"

#include <array>

#include "ops/backup/create.hpp"
#include "ops/backup/list.hpp"
#include "ops/backup/recover.hpp"
#include "ops/backup/remove.hpp"
#include "ops/backup/restore.hpp"
#include "ops/backup/verify.hpp"

namespace keel {

namespace {

constexpr std::string_view id_help =
    "id of a backup, the beginning of one, or 'latest' (the newest verified)";

constexpr OptionSpec create_options[] = {
    {.name = "label", .type = OptionType::text, .help = "a name to find it by"},
    {.name = "note",
     .type = OptionType::text,
     .help = "a remark that is kept with it",
     .value_name = "TEXT"},
};
constexpr std::string_view create_examples[] = {
    "keel backup create",
    "keel backup create --label before-import --note 'prices of 2026'",
    "keel backup create -e prod --json",
};
constexpr OperationSpec create_spec{
    .name = "backup create",
    .summary = "back up the whole database, and read the backup back",
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
     .help = "restore it too, into a private database beside the environment's, which is then "
             "thrown away"},
};
constexpr std::string_view verify_examples[] = {
    "keel backup verify latest",
    "keel backup verify latest --restore",
    "keel backup verify --all",
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
};
constexpr std::string_view restore_examples[] = {
    "keel backup restore latest --dry-run",
    "keel backup restore 20261120t0715 --yes",
    "keel backup restore latest -e prod --to dev",
};
constexpr OperationSpec restore_spec{
    .name = "backup restore",
    .summary = "replace the database by a backup of it, after a safety backup",
    .effect = Effect::destructive,
    .options = restore_options,
    .examples = restore_examples,
    .takes_safety_backup = true,
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

constexpr std::array entries{
    OperationEntry{.spec = &create_spec, .read = create_backup},
    OperationEntry{.spec = &list_spec, .read = list_backups},
    OperationEntry{.spec = &show_spec, .read = show_backup},
    OperationEntry{.spec = &verify_spec, .read = verify_backups},
    OperationEntry{.spec = &restore_spec, .make = make_backup_restore},
    OperationEntry{.spec = &delete_spec, .make = make_backup_delete},
    OperationEntry{.spec = &undo_spec, .make = make_undo},
    OperationEntry{.spec = &recover_spec, .make = make_recover},
};

}  // namespace

std::span<const OperationEntry> backup_operations() noexcept {
    return entries;
}

}  // namespace keel
