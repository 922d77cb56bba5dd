#include "ops/copy/operations.hpp"

#include <array>

#include "ops/copy/choose_mode.hpp"
#include "ops/copy/split.hpp"

namespace keel {
namespace {

constexpr OptionSpec copy_options[] = {
    {.name = "source",
     .type = OptionType::positional,
     .help = "the environment to copy from; it is only read",
     .required = true},
    {.name = "target",
     .type = OptionType::positional,
     .help = "the environment whose database is replaced or changed",
     .required = true},
    {.name = "schema-only",
     .help =
         "bring the target's schema in step and keep its rows; refused where they have no place "
         "in it"},
    {.name = "data-only",
     .help = "replace the rows of tables that both have; the target's schema stays"},
    {.name = "merge",
     .help = "rows replace those of the same primary key, or are added; the others stay"},
    {.name = "table",
     .type = OptionType::list,
     .help = "only the rows of tables of that name; * and ? stand for any characters",
     .value_name = "PATTERN"},
    {.name = "exclude",
     .type = OptionType::list,
     .help = "leave out the rows of tables of that name",
     .value_name = "PATTERN"},
    {.name = "create-tables",
     .help = "between engines: make the tables that the target does not have (columns, keys, "
             "indexes)"},
    {.name = "mask",
     .help = "insist on the rules of [mask], which are applied where there are any"},
    {.name = "no-mask", .help = "do not apply them (never out of a protected environment)"},
    {.name = "subset", .help = "only the rows that [subset] names, and what belongs to them"},
    {.name = "where",
     .type = OptionType::list,
     .help = "only rows that meet the SQL condition, and what belongs to them: \"users=id < 100\"",
     .value_name = "TABLE=CONDITION"},
    {.name = "report",
     .help = "copy nothing: say which columns are masked by what, and which look personal and have "
             "no rule; exits with 3 when any have none"},
    {.name = "no-template",
     .help = "always copy row by row, also where the server could copy the database's files"},
    {.name = "read-back",
     .help = "read every row of the copy and compare it with what was sent, also those that are "
             "passed on as they are and otherwise counted (PostgreSQL)"},
    {.name = "jobs",
     .type = OptionType::integer,
     .help = "how many workers copy and build at a time (PostgreSQL)",
     .value_name = "NUMBER"},
    {.name = "verify-only",
     .help = "copy nothing: compare every table's rows; exits with 3 when any differ"},
};
constexpr std::string_view copy_examples[] = {
    "keel copy test dev --dry-run",
    "keel copy test dev --yes",
    "keel copy prod test --exclude 'log_*' --yes",
    "keel copy test dev --table users --table 'order*' --yes",
    "keel copy test dev --merge --table products --yes",
    "keel copy dev test --schema-only --dry-run",
    "keel copy prod test --report",
    "keel copy prod test --where \"users=id < 100\" --yes",
    "keel copy lite server --create-tables --yes",
    "keel copy test dev --verify-only",
};
constexpr OperationSpec copy_spec{
    .name = "copy",
    .summary = "copy an environment's database, or parts of it, to another, after a safety backup",
    .effect = Effect::destructive,
    .options = copy_options,
    .examples = copy_examples,
    .takes_safety_backup = true,
    .reports_findings = true,
    .environment_option = "target",
};

constexpr OptionSpec split_options[] = {
    {.name = "from",
     .type = OptionType::text,
     .help = "the environment whose database is shared out; otherwise the active one",
     .value_name = "NAME"},
    {.name = "to",
     .type = OptionType::list,
     .help = "only these environments",
     .value_name = "NAME"},
};
constexpr std::string_view split_examples[] = {
    "keel env split --dry-run",
    "keel env split --from dev --yes",
    "keel env split --from dev --to test --yes",
};
constexpr OperationSpec split_spec{
    .name = "env split",
    .summary = "give each environment that has no database a copy of this one's",
    .effect = Effect::write,
    .options = split_options,
    .examples = split_examples,
    .takes_safety_backup = true,
    .environment_option = "from",
};

constexpr std::array entries{
    OperationEntry{.spec = &copy_spec, .make = make_copy},
    OperationEntry{.spec = &split_spec, .make = make_env_split},
};

}  // namespace

std::span<const OperationEntry> copy_operations() noexcept {
    return entries;
}

}  // namespace keel
