#include "cli/builtins.hpp"

#include <array>

#include "cli/completion_scripts.hpp"

namespace keel {

namespace {

constexpr std::array help_options = {OptionSpec{
    .name = "command", .type = OptionType::positionals, .help = "words of a command or a group"}};
constexpr std::string_view help_examples[] = {"keel help", "keel help migrate",
                                              "keel help backup restore"};

constexpr std::array completion_options = {OptionSpec{.name = "shell",
                                                      .type = OptionType::positional,
                                                      .help = "bash, zsh or fish",
                                                      .required = true}};
constexpr std::string_view completion_examples[] = {
    "source <(keel completion bash)", "keel completion zsh > ~/.zfunc/_keel",
    "keel completion fish > ~/.config/fish/completions/keel.fish"};

constexpr std::array plan_options = {
    OptionSpec{.name = "output",
               .type = OptionType::text,
               .help = "where the plan is written (plan.keel); stands before COMMAND",
               .value_name = "FILE"},
    OptionSpec{.name = "expires",
               .type = OptionType::text,
               .help = "how long it may be applied (30min unless the environment says otherwise); "
                       "stands before COMMAND",
               .value_name = "DURATION"},
    OptionSpec{.name = "command",
               .type = OptionType::positionals,
               .help = "any command that changes something, with its options",
               .required = true}};
constexpr std::string_view plan_examples[] = {
    "keel plan migrate up -e prod", "keel plan --output restore.plan backup restore latest"};

constexpr std::array specs = {
    OperationSpec{.name = "plan",
                  .summary = "write what a command would do to a file, for approve and apply",
                  .needs = Needs::nothing,
                  .options = plan_options,
                  .examples = plan_examples},
    OperationSpec{.name = "help",
                  .summary = "show help for keel, a group or a command",
                  .needs = Needs::nothing,
                  .options = help_options,
                  .examples = help_examples},
    OperationSpec{.name = "completion",
                  .summary = "print the completion script for a shell",
                  .needs = Needs::nothing,
                  .options = completion_options,
                  .examples = completion_examples},
};

}  // namespace

std::span<const OperationSpec> builtin_specs() noexcept {
    return specs;
}

Report run_builtin(const OperationSpec& spec, const OptionValues& options) {
    Report report;
    report.command = spec.name;
    const std::string shell = options.text("shell");
    const std::string script = completion_script(shell);
    report.result.set("shell", shell);
    report.result.set("script", script);
    report.body.emplace_back(Verbatim{script});
    return report;
}

}  // namespace keel
