#include "ops/schema/operations.hpp"

#include <array>

#include "ops/schema/diff.hpp"
#include "ops/schema/dump.hpp"

namespace keel {
namespace {

constexpr OptionSpec dump_options[] = {
    {.name = "output",
     .type = OptionType::text,
     .help = "write to this file instead",
     .value_name = "FILE"},
    {.name = "write", .help = "write to the declared schema's file ([migrations] schema)"},
    {.name = "section",
     .type = OptionType::text,
     .help = "only pre-data (what rows need) or post-data (indexes, keys, triggers)",
     .value_name = "SECTION"},
};
constexpr std::string_view dump_examples[] = {"keel schema dump > schema.sql",
                                              "keel schema dump --write"};
constexpr OperationSpec dump_spec{
    .name = "schema dump",
    .summary = "write the schema as SQL, the same text for equal schemas",
    .options = dump_options,
    .examples = dump_examples,
};

constexpr std::string_view fingerprint_examples[] = {"keel schema fingerprint",
                                                     "keel schema fingerprint -e prod --json"};
constexpr OperationSpec fingerprint_spec{
    .name = "schema fingerprint",
    .summary = "print the digest of the schema, equal for equal schemas",
    .examples = fingerprint_examples,
};

constexpr OptionSpec diff_options[] = {
    {.name = "from",
     .type = OptionType::positional,
     .help = "environment, .sql file, folder, URL or backup:ID (the active environment)",
     .value_name = "FROM"},
    {.name = "to",
     .type = OptionType::positional,
     .help = "the same (the declared schema)",
     .value_name = "TO"},
    {.name = "rename",
     .type = OptionType::list,
     .help = "what only has another name: users.mail=email, members=users",
     .value_name = "OLD=NEW"},
    {.name = "one-transaction",
     .help = "plain forms in one transaction, though they lock tables while they are read"},
    {.name = "exit-code", .help = "exit with 3 when the schemas differ"},
};
constexpr std::string_view diff_examples[] = {
    "keel schema diff",
    "keel schema diff staging prod",
    "keel schema diff prod schema.sql --rename members=users",
    "keel schema diff backup:latest dev",
    "keel schema diff --exit-code",
};
constexpr OperationSpec diff_spec{
    .name = "schema diff",
    .summary = "show what leads from a schema to another, tried in a scratch database",
    .options = diff_options,
    .examples = diff_examples,
    .reports_findings = true,
};

constexpr OptionSpec check_options[] = {
    {.name = "against",
     .type = OptionType::text,
     .help = "environment, .sql file, folder, URL or backup:ID instead of the declared schema",
     .value_name = "SCHEMA"},
};
constexpr std::string_view check_examples[] = {"keel schema check",
                                               "keel schema check -e prod --against staging",
                                               "keel schema check --against backup:latest"};
constexpr OperationSpec check_spec{
    .name = "schema check",
    .summary = "compare the database with the declared schema and the last migration",
    .options = check_options,
    .examples = check_examples,
    .reports_findings = true,
};

constexpr std::array entries{
    OperationEntry{.spec = &dump_spec, .read = dump_schema},
    OperationEntry{.spec = &fingerprint_spec, .read = show_fingerprint},
    OperationEntry{.spec = &diff_spec, .read = diff_schemas},
    OperationEntry{.spec = &check_spec, .read = check_schema},
};

}  // namespace

std::span<const OperationEntry> schema_operations() noexcept {
    return entries;
}

}  // namespace keel
