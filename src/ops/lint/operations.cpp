#include "ops/lint/operations.hpp"

#include <array>

#include "ops/lint/lint.hpp"

namespace keel {
namespace {

constexpr auto lint_options = std::to_array<OptionSpec>({
    {.name = "files",
     .type = OptionType::positionals,
     .help = "only these migrations: files, versions or names",
     .value_name = "MIGRATION"},
    {.name = "latest",
     .type = OptionType::integer,
     .help = "only the newest so many",
     .value_name = "N"},
    {.name = "git-base",
     .type = OptionType::text,
     .help =
         "only what is new or changed since this branch or commit; also finds migrations that are "
         "older than the newest there",
     .value_name = "REF"},
    {.name = "format",
     .type = OptionType::text,
     .help = "text, github (annotations of a pull request) or sarif (for code scanners)"},
    {.name = "fail-on",
     .type = OptionType::text,
     .help = "the least severity that makes the exit status 3: error, warning, info or never "
             "(warning)",
     .value_name = "SEVERITY"},
    {.name = "fix",
     .type = OptionType::flag,
     .help =
         "rewrite what is plain in migrations that are not applied; with --dry-run only show it"},
    {.name = "offline", .type = OptionType::flag, .help = "do not look at the database"},
    {.name = "all",
     .type = OptionType::flag,
     .help = "show what was found in applied migrations too, which cannot be changed any more"},
    {.name = "rules", .type = OptionType::flag, .help = "list the rules"},
    {.name = "explain",
     .type = OptionType::text,
     .help = "show the page of a rule, by its id or name",
     .value_name = "RULE"},
});
constexpr auto lint_examples = std::to_array<std::string_view>({
    "keel migrate lint",
    "keel migrate lint --latest 1 --fix",
    "keel migrate lint --git-base main --format github",
    "keel migrate lint --explain L01",
    "keel migrate lint --json --offline",
});
constexpr OperationSpec lint_spec{
    .name = "migrate lint",
    .summary = "find what is dangerous in migrations: locks, lost data, mistakes",
    .options = lint_options,
    .examples = lint_examples,
    .reports_findings = true,
};

constexpr std::array entries{OperationEntry{.spec = &lint_spec, .read = lint_migrations}};

}  // namespace

std::span<const OperationEntry> lint_operations() noexcept {
    return entries;
}

}  // namespace keel
