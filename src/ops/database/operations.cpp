#include "ops/database/operations.hpp"

#include <array>

#include "ops/database/check.hpp"
#include "ops/database/init.hpp"
#include "ops/database/reset.hpp"

namespace keel {

namespace {

constexpr OptionSpec check_options[] = {
    {.name = "thorough",
     .help = "compare indexes with their tables too (reads everything; slow on a large database)"},
};
constexpr std::string_view check_examples[] = {
    "keel db check",
    "keel db check --thorough -e prod",
};
constexpr OperationSpec check_spec{
    .name = "db check",
    .summary = "check the connection and the integrity of the database",
    .options = check_options,
    .examples = check_examples,
    .reports_findings = true,
};

constexpr std::string_view init_examples[] = {
    "keel db init",
    "keel db init -e test --yes",
};
constexpr OperationSpec init_spec{
    .name = "db init",
    .summary = "create the database if it is not there and apply all migrations",
    .effect = Effect::schema,
    .examples = init_examples,
    .creates_database = true,
};

constexpr OptionSpec reset_options[] = {
    {.name = "empty", .help = "leave the database empty instead of applying the migrations again"},
};
constexpr std::string_view reset_examples[] = {
    "keel db reset",
    "keel db reset --dry-run",
    "keel db reset --empty -e test --yes",
};
constexpr OperationSpec reset_spec{
    .name = "db reset",
    .summary = "drop everything in the database and apply all migrations anew, after a backup",
    .effect = Effect::destructive,
    .options = reset_options,
    .examples = reset_examples,
    .takes_safety_backup = true,
};

constexpr std::array entries{
    OperationEntry{.spec = &check_spec, .read = check_integrity},
    OperationEntry{.spec = &init_spec, .make = make_init},
    OperationEntry{.spec = &reset_spec, .make = make_reset},
};

}  // namespace

std::span<const OperationEntry> database_operations() noexcept {
    return entries;
}

}  // namespace keel
