#include "ops/copy/operations.hpp"

#include <array>

#include "ops/copy/choose_mode.hpp"

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
    {.name = "no-template",
     .help = "always copy row by row, also where the server could copy the database's files"},
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

constexpr std::array entries{
    OperationEntry{.spec = &copy_spec, .make = make_copy},
};

}  // namespace

std::span<const OperationEntry> copy_operations() noexcept {
    return entries;
}

}  // namespace keel
