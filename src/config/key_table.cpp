#include "config/key_table.hpp"

#include <algorithm>
#include <array>

namespace keel {
namespace {

using enum KeyType;

constexpr std::string_view layouts =
    "auto|keel|goose|golang-migrate|flyway|diesel|prisma|sqlx|pop|drizzle|sqitch|plain";

constexpr auto project_keys = std::to_array<KeySpec>({
    {"name", text, "the project's name, which the database's marker carries too",
     "the folder's name"},
    {"default", name, "the environment when nothing else says one", "\"dev\""},
    {"environment_variables", texts, "variables that name the environment, read after KEEL_ENV",
     "[]"},
    {"state_files", texts, "files of older tools that `keel env use` keeps in step", "[]"},
});

constexpr auto pool_keys = std::to_array<KeySpec>({
    {.name = "size",
     .type = integer,
     .help = "connections that are kept open",
     .default_value = "5",
     .minimum = 1,
     .maximum = 10'000},
    {.name = "overflow",
     .type = integer,
     .help = "connections beyond `size` when all are in use",
     .default_value = "10",
     .minimum = 0,
     .maximum = 10'000},
    {"timeout", duration, "how long to wait for a connection", "\"30s\""},
    {"recycle", duration, "age at which a connection is replaced; 0 never", "\"1h\""},
    {"pre_ping", boolean, "test a connection before it is handed out", "true"},
});

constexpr KeySpec pool_key = {"pool", table, "the connections of an application", {}, pool_keys};
constexpr KeySpec connect_timeout_key = {"connect_timeout", duration,
                                         "how long connecting may take", "\"10s\""};
constexpr KeySpec lock_timeout_key = {
    "lock_timeout", duration, "how long a statement waits for a lock; 0 for ever", "\"3s\""};
constexpr KeySpec statement_timeout_key = {"statement_timeout", duration,
                                           "how long a statement may run; 0 for ever", "\"0s\""};
constexpr KeySpec slow_statement_key = {
    "slow_statement", duration, "log statements that took at least this long; 0 none", "\"0s\""};
constexpr KeySpec echo_key = {"echo", boolean, "log every statement with its time", "false"};
constexpr KeySpec nested_transactions_key = {
    "nested_transactions", boolean,
    "a transaction inside another is a savepoint; false: it is part of the outer one", "true"};
constexpr KeySpec upgrade_at_start_key = {
    "upgrade_at_start", boolean, "the application applies pending migrations when it starts",
    "false"};
constexpr KeySpec backup_before_upgrade_key = {"backup_before_upgrade", boolean,
                                               "and takes a backup before it does", "true"};

constexpr auto default_keys = std::to_array<KeySpec>({
    pool_key,
    connect_timeout_key,
    lock_timeout_key,
    statement_timeout_key,
    slow_statement_key,
    echo_key,
    nested_transactions_key,
    upgrade_at_start_key,
    backup_before_upgrade_key,
});

constexpr KeySpec any_setting = {"NAME", anything, "any value of the application's own"};

constexpr auto environment_keys = std::to_array<KeySpec>({
    {"url", address, "where the database is (urls.md)"},
    {"replicas", addresses, "databases that only answer reads", "[]"},
    {"kind", kind, "what it is for; production is protected unless protected = false is written",
     "what the name implies, else other"},
    {"protected", boolean, "ask for the environment's name before changes", "true for production"},
    {"inherits", name, "the environment whose values hold where this one says nothing"},
    pool_key,
    connect_timeout_key,
    lock_timeout_key,
    statement_timeout_key,
    slow_statement_key,
    echo_key,
    nested_transactions_key,
    upgrade_at_start_key,
    backup_before_upgrade_key,
    {.name = "approvals",
     .type = integer,
     .help = "how many approvers, besides its author, must sign a plan before it is applied",
     .default_value = "0",
     .minimum = 0,
     .maximum = 20},
    {"approvers", texts, "whose signatures count: \"NAME:PUBLIC-KEY\" as `keel approve` shows it",
     "[]"},
    {"plan_lifetime", duration, "how long after it was made a plan may be applied", "\"30min\""},
    {"settings", named, "the application's own values, over [settings]", {}, {&any_setting, 1}},
});
constexpr KeySpec any_environment = {
    "NAME", table, "one environment, whose NAME is up to the project", {}, environment_keys};

constexpr KeySpec any_placeholder = {"NAME", text, "what stands for it"};

constexpr auto hook_keys = std::to_array<KeySpec>({
    {"before_all", texts, "before the first of a run", "[]"},
    {"before_each", texts, "before the statements of each, in its transaction: SQL files", "[]"},
    {"after_each", texts, "after the statements of each, in its transaction: SQL files", "[]"},
    {"after_all", texts, "after the last of a run", "[]"},
    {"before_down", texts, "before the first that is undone in a run", "[]"},
    {"before_each_down", texts, "before the statements that undo each: SQL files", "[]"},
    {"after_each_down", texts, "after the statements that undo each: SQL files", "[]"},
    {"after_down", texts, "after the last that is undone in a run", "[]"},
});

constexpr auto migration_keys = std::to_array<KeySpec>({
    {"directory", path, "their folder", "\"migrations\""},
    {"layout", choice, "how their files are named and divided", "\"auto\"", {}, layouts},
    {"schema", path, "the declared schema, and the dump kept in step after each change"},
    {"rehearsal",
     choice,
     "what `keel migrate up` does on a protected environment about files that were not rehearsed",
     "\"refuse\"",
     {},
     "refuse|warn|off"},
    {"placeholders", named, "names in the files that values stand for", {}, {&any_placeholder, 1}},
    {"placeholder_form", text, "how they stand there", "\"${name}\""},
    {"hooks", table, "SQL files (.sql) and command lines around migrations", {}, hook_keys},
    {"backup",
     choice,
     "before which runs of `keel migrate up` a backup is taken",
     "\"destructive\"",
     {},
     "destructive|always"},
    {"backup_scope",
     choice,
     "of what: the whole database, or the tables that the migrations touch",
     "\"database\"",
     {},
     "database|tables"},
    {"on_failure",
     choice,
     "what follows when a step fails that no transaction could hold",
     "\"stop\"",
     {},
     "stop|restore"},
});

constexpr auto lint_keys = std::to_array<KeySpec>({
    {"ignore", texts, "rules that are switched off, by id or name", "[]"},
    {"enable", texts, "rules that are off by default and shall count here", "[]"},
    {"errors", texts, "rules whose findings are errors", "[]"},
    {"since", text, "the oldest version that is looked at"},
    {"before_up",
     choice,
     "what an error found in a pending migration does to `keel migrate up`",
     "\"warn\"",
     {},
     "refuse|warn|off"},
});

constexpr auto trigger_keys = std::to_array<KeySpec>({
    {"directory", path, "their folder", "\"triggers\""},
});

constexpr auto encryption_keys = std::to_array<KeySpec>({
    {"passphrase", secret, "what backups are encrypted with"},
    {"key_file", path, "the file of a key that opens them, or may only write them"},
});

constexpr KeySpec keep_key(std::string_view name, std::string_view help) {
    return {.name = name, .type = integer, .help = help, .minimum = 0, .maximum = 100'000};
}
constexpr auto keep_keys = std::to_array<KeySpec>({
    keep_key("last", "this many of the newest"),
    keep_key("hourly", "the newest of each of this many hours"),
    keep_key("daily", "the newest of each of this many days"),
    keep_key("weekly", "the newest of each of this many weeks"),
    keep_key("monthly", "the newest of each of this many months"),
    keep_key("yearly", "the newest of each of this many years"),
    {"within", duration, "all that are not older than this"},
});

constexpr auto backup_hook_keys = std::to_array<KeySpec>({
    {"before", texts, "before a backup; when one fails, none is taken", "[]"},
    {"after", texts, "after a backup", "[]"},
    {"failed", texts, "after one that failed", "[]"},
});

constexpr auto object_storage_keys = std::to_array<KeySpec>({
    {"endpoint", text, "https://HOST[:PORT] of the object storage; AWS_ENDPOINT_URL_S3",
     "Amazon's"},
    {"region", text, "its region; AWS_REGION", "\"us-east-1\""},
    {"addressing",
     choice,
     "where requests name the bucket: in the path or in the host's name",
     "\"auto\"",
     {},
     "auto|path|host"},
    {"access_key", secret, "the key's id; AWS_ACCESS_KEY_ID, or a profile's"},
    {"secret_key", secret, "the key; AWS_SECRET_ACCESS_KEY, or a profile's"},
    {"session_token", secret, "of keys that are lent for a while; AWS_SESSION_TOKEN"},
    {"profile", text, "whose keys are taken from ~/.aws/credentials; AWS_PROFILE", "\"default\""},
    {"certificates", path, "a file of certificate authorities; AWS_CA_BUNDLE", "the system's"},
});

constexpr auto backup_keys = std::to_array<KeySpec>({
    {"repository", text, "a folder, or s3://bucket/prefix", "\"backups\""},
    {"s3", table, "how s3:// is reached", {}, object_storage_keys},
    {"encryption", table, "how backups are encrypted", {}, encryption_keys},
    {"keep", table, "which backups `keel backup prune` leaves", {}, keep_keys},
    {"hooks", table, "command lines around `keel backup create`", {}, backup_hook_keys},
    {"heartbeat", secret,
     "address that is told of backups: itself of success, with /start and /fail of the rest"},
});

constexpr KeySpec any_column = {
    "COLUMN", masker,
    "a built-in masker, { fixed = \"text\" }, an SQL expression, or { json = { \"$.path\" = … } }"};
constexpr KeySpec any_mask = {"TABLE", named, "the columns of one table", {}, {&any_column, 1}};

constexpr auto masking_keys = std::to_array<KeySpec>({
    {"key", secret, "what masked values are made with: the same key gives the same values"},
    {"large_objects",
     choice,
     "what becomes of PostgreSQL's large objects, which no rule of a column reaches",
     {},
     {},
     "keep|empty"},
});

constexpr KeySpec any_root = {"TABLE", text, "the SQL condition of its rows that are wanted"};
constexpr auto subset_keys = std::to_array<KeySpec>({
    {"where", named, "the rows that a subset starts from, by table", {}, {&any_root, 1}},
    {.name = "children",
     .type = integer,
     .help = "how many references away rows that refer to kept ones come along",
     .default_value = "1000000",
     .minimum = 0,
     .maximum = 1'000'000},
    {"parents",
     choice,
     "of tables that are only referred to: the rows that are needed, or all",
     "\"needed\"",
     {},
     "needed|all"},
});

constexpr auto schedule_keys = std::to_array<KeySpec>({
    {.name = "run", .help = "the command, without `keel`", .required = true},
    {"environment", name, "where it runs", "the active one"},
    {"at", time_of_day, "once a day: \"02:30\""},
    {"every", duration, "again and again: \"6h\""},
    {"cron", cron, "five fields: \"30 2 * * *\""},
});

constexpr auto root_keys = std::to_array<KeySpec>({
    {"project", table, "what is true of the project as a whole", {}, project_keys},
    {"defaults", table, "what every environment inherits", {}, default_keys},
    {"environments", named, "the environments, by name", {}, {&any_environment, 1}},
    {"migrations", table, "where the migrations are", {}, migration_keys},
    {"lint", table, "which rules migrations are held to", {}, lint_keys},
    {"triggers", table, "where the project's own triggers are", {}, trigger_keys},
    {"backup", table, "where backups go and how long they stay", {}, backup_keys},
    {"mask", named, "how personal data is masked in copies", {}, {&any_mask, 1}},
    {"masking", table, "how masked values are made", {}, masking_keys},
    {"subset", table, "which rows `keel copy --subset` brings along", {}, subset_keys},
    {"schedule", list, "what runs when; one of at, every and cron", {}, schedule_keys},
    {"settings", named, "the application's own values", {}, {&any_setting, 1}},
});

constexpr KeySpec root = {"", table, "the configuration of a Keel project", {}, root_keys};

}  // namespace

const KeySpec& configuration_keys() noexcept {
    return root;
}

const KeySpec* find_key(std::span<const KeySpec> keys, std::string_view name) noexcept {
    const auto found =
        std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.name == name; });
    return found == keys.end() ? nullptr : &*found;
}

std::string_view masker_names() noexcept {
    return "email|name|phone|address|text|digits|hash|null|fixed|keep";
}

}  // namespace keel
