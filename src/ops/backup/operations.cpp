#include "ops/backup/operations.hpp"

#include <array>

#include "ops/backup/copy_to.hpp"
#include "ops/backup/create.hpp"
#include "ops/backup/keys.hpp"
#include "ops/backup/list.hpp"
#include "ops/backup/prune.hpp"
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

constexpr std::string_view key_list_examples[] = {
    "keel key list",
    "keel key list --json",
};
constexpr OperationSpec key_list_spec{
    .name = "key list",
    .summary = "list what opens the backup repository",
    .needs = Needs::project,
    .examples = key_list_examples,
};

constexpr OptionSpec key_new_options[] = {
    {.name = "file",
     .type = OptionType::positional,
     .help = "where the key goes; must not exist",
     .required = true},
};
constexpr std::string_view key_new_examples[] = {
    "keel key new ~/keel-identity",
    "keel key new /root/backup.key --json",
};
constexpr OperationSpec key_new_spec{
    .name = "key new",
    .summary = "make a key file, and show the recipient that others may add",
    .effect = Effect::write,
    .options = key_new_options,
    .examples = key_new_examples,
    .opens_database = false,
};

constexpr OptionSpec key_add_options[] = {
    {.name = "passphrase-env",
     .type = OptionType::text,
     .help = "a passphrase, from this environment variable",
     .value_name = "VARIABLE"},
    {.name = "passphrase-file",
     .type = OptionType::text,
     .help = "a passphrase, from the first line of this file",
     .value_name = "FILE"},
    {.name = "key-file",
     .type = OptionType::text,
     .help = "a key file, which is made when it is not there",
     .value_name = "FILE"},
    {.name = "recipient",
     .type = OptionType::text,
     .help = "somebody else's key: what 'key new' showed them",
     .value_name = "RECIPIENT"},
    {.name = "writer-file",
     .type = OptionType::text,
     .help = "write a key for a host that may make backups, and read none",
     .value_name = "FILE"},
};
constexpr std::string_view key_add_examples[] = {
    "keel key add --passphrase-env NEW_PASSPHRASE",
    "keel key add --key-file /root/backup.key",
    "keel key add --writer-file writer.key",
};
constexpr OperationSpec key_add_spec{
    .name = "key add",
    .summary = "let another passphrase or key open the backup repository",
    .effect = Effect::write,
    .options = key_add_options,
    .examples = key_add_examples,
    .opens_database = false,
};

constexpr OptionSpec key_remove_options[] = {
    {.name = "id", .type = OptionType::positional, .help = "of 'key list'", .required = true},
};
constexpr std::string_view key_remove_examples[] = {
    "keel key remove 20261120t071500-9f3k2m",
    "keel key remove 20261120t071500-9f3k2m --json",
};
constexpr OperationSpec key_remove_spec{
    .name = "key remove",
    .summary = "let a passphrase or key open the backup repository no more; never the last one",
    .effect = Effect::write,
    .options = key_remove_options,
    .examples = key_remove_examples,
    .opens_database = false,
};

constexpr OptionSpec key_rotate_options[] = {
    {.name = "passphrase-env",
     .type = OptionType::text,
     .help = "the new passphrase, from this environment variable",
     .value_name = "VARIABLE"},
    {.name = "passphrase-file",
     .type = OptionType::text,
     .help = "the new passphrase, from the first line of this file",
     .value_name = "FILE"},
};
constexpr std::string_view key_rotate_examples[] = {
    "keel key rotate --passphrase-env NEW_PASSPHRASE",
    "keel key rotate --passphrase-file new-passphrase",
};
constexpr OperationSpec key_rotate_spec{
    .name = "key rotate",
    .summary = "put a new passphrase in the place of all old ones",
    .effect = Effect::write,
    .options = key_rotate_options,
    .examples = key_rotate_examples,
    .opens_database = false,
};

constexpr std::array entries{
    OperationEntry{.spec = &create_spec, .read = create_backup},
    OperationEntry{.spec = &list_spec, .read = list_backups},
    OperationEntry{.spec = &show_spec, .read = show_backup},
    OperationEntry{.spec = &verify_spec, .read = verify_backups},
    OperationEntry{.spec = &restore_spec, .make = make_backup_restore},
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
