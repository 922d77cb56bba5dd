#include "ops/audit/operations.hpp"

#include <array>

#include "ops/audit/list.hpp"
#include "ops/audit/verify.hpp"

namespace keel {

namespace {

constexpr OptionSpec list_options[] = {
    {.name = "limit",
     .type = OptionType::integer,
     .help = "show at most this many, the newest (50 unless said; 0 for all)",
     .value_name = "N"},
    {.name = "since",
     .type = OptionType::text,
     .help = "only from this time on: 2026-11-20T07:00:00Z, or how long ago: 2d, 12h",
     .value_name = "TIME"},
};
constexpr std::string_view list_examples[] = {
    "keel audit list",
    "keel audit list --since 2d",
    "keel audit list --limit 0 --json",
};
constexpr OperationSpec list_spec{
    .name = "audit list",
    .summary = "show who changed what, when and with which outcome",
    .needs = Needs::project,
    .options = list_options,
    .examples = list_examples,
};

constexpr std::string_view verify_examples[] = {"keel audit verify", "keel audit verify -e prod"};
constexpr OperationSpec verify_spec{
    .name = "audit verify",
    .summary = "check the audit log's chain and compare it with what the database remembers",
    .examples = verify_examples,
    .reports_findings = true,
};

constexpr std::array entries{
    OperationEntry{.spec = &list_spec, .read = list_audit},
    OperationEntry{.spec = &verify_spec, .read = verify_audit},
};

}  // namespace

std::span<const OperationEntry> audit_operations() noexcept {
    return entries;
}

}  // namespace keel
