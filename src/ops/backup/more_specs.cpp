#include "ops/backup/more_specs.hpp"

namespace keel {

constexpr OptionSpec export_options[] = {
    {.name = "id", .type = OptionType::positional, .help = backup_id_help, .required = true},
    {.name = "file",
     .type = OptionType::positional,
     .help = "where it goes; must not exist. For several tables: a folder",
     .required = true},
    {.name = "format",
     .type = OptionType::text,
     .help = "sqlite, custom (pg_dump's), sql, csv, jsonl; otherwise what the file's name says",
     .value_name = "FORM"},
    {.name = "table",
     .type = OptionType::list,
     .help = "csv and jsonl: only this table (again for more; * stands for any characters)",
     .value_name = "NAME"},
    {.name = "schema",
     .type = OptionType::list,
     .help = "csv and jsonl: only the tables of this schema (PostgreSQL)",
     .value_name = "NAME"},
};
constexpr std::string_view export_examples[] = {
    "keel backup export latest shop.db",
    "keel backup export latest shop.dump --format custom",
    "keel backup export latest users.csv --table users",
};
const OperationSpec backup_export_spec{
    .name = "backup export",
    .summary = "write a backup as a file of other tools, restored and proven before",
    .options = export_options,
    .examples = export_examples,
};

constexpr OptionSpec import_options[] = {
    {.name = "file",
     .type = OptionType::positional,
     .help = "a SQLite database, an archive of pg_dump (custom or directory), or a .sql file",
     .required = true},
    {.name = "to",
     .type = OptionType::text,
     .help = "into this environment's database instead",
     .value_name = "NAME"},
    {.name = "salvage",
     .help =
         "the file is a damaged SQLite database: take what can still be read, and say what not"},
};
constexpr std::string_view import_examples[] = {
    "keel backup import shop.db --dry-run",
    "keel backup import shop.dump --to dev --yes",
    "keel backup import damaged.db --salvage --to rescue",
};
const OperationSpec backup_import_spec{
    .name = "backup import",
    .summary = "replace the database by what a file of another tool holds, after a safety backup",
    .effect = Effect::destructive,
    .options = import_options,
    .examples = import_examples,
    .repairs = true,
    .environment_option = "to",
};

constexpr std::string_view key_list_examples[] = {
    "keel key list",
    "keel key list --json",
};
const OperationSpec key_list_spec{
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
const OperationSpec key_new_spec{
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
const OperationSpec key_add_spec{
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
const OperationSpec key_remove_spec{
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
const OperationSpec key_rotate_spec{
    .name = "key rotate",
    .summary = "put a new passphrase in the place of all old ones",
    .effect = Effect::write,
    .options = key_rotate_options,
    .examples = key_rotate_examples,
    .opens_database = false,
};

}  // namespace keel
