#include "ops/plan/operations.hpp"

#include "ops/kit/planned_run.hpp"
#include "ops/plan/approve.hpp"

namespace keel {

namespace {

constexpr OptionSpec apply_options[] = {
    {.name = "plan",
     .type = OptionType::positional,
     .help = "the file that `keel plan` wrote",
     .required = true},
};
constexpr std::string_view apply_examples[] = {"keel apply plan.keel"};
constexpr OperationSpec apply_spec{
    .name = "apply",
    .summary = "do what a plan says, if nothing has moved since it was made",
    .effect = Effect::destructive,
    .options = apply_options,
    .examples = apply_examples,
};

constexpr OptionSpec approve_options[] = {
    {.name = "plan", .type = OptionType::positional, .help = "the file that `keel plan` wrote"},
    {.name = "key",
     .type = OptionType::text,
     .help = "your signing key (KEEL_APPROVER_KEY, or approver.key in your keel configuration)",
     .value_name = "FILE"},
    {.name = "as",
     .type = OptionType::text,
     .help = "your name in `approvers`, where it is not your login",
     .value_name = "NAME"},
    {.name = "new-key",
     .type = OptionType::text,
     .help = "make a signing key and show its line for `approvers`",
     .value_name = "FILE"},
};
constexpr std::string_view approve_examples[] = {
    "keel approve --new-key ~/.config/keel/approver.key",
    "keel approve plan.keel",
};
constexpr OperationSpec approve_spec{
    .name = "approve",
    .summary = "sign a plan that another person made",
    .needs = Needs::project,
    .options = approve_options,
    .examples = approve_examples,
};

Invocation apply_redirect(const Invocation& request) {
    return planned_invocation(request.options.text("plan"), request);
}

constexpr OperationEntry entries[] = {
    {.spec = &apply_spec, .redirect = apply_redirect},
    {.spec = &approve_spec, .make = make_approve},
};

}  // namespace

std::span<const OperationEntry> plan_operations() noexcept {
    return entries;
}

}  // namespace keel
