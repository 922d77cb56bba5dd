#include "sample_commands.hpp"

#include "cli/builtins.hpp"

namespace keel::test {

namespace {

constexpr OptionSpec up_options[] = {
    {.name = "to",
     .type = OptionType::text,
     .help = "stop after this one",
     .value_name = "VERSION"},
    {.name = "steps", .type = OptionType::integer, .help = "at most so many"}};
constexpr std::string_view up_examples[] = {"keel migrate up", "keel migrate up --steps 1"};
constexpr OptionSpec show_options[] = {
    {.name = "id", .type = OptionType::positional, .help = "which backup", .required = true}};
constexpr OptionSpec inspect_options[] = {
    {.name = "table", .type = OptionType::list, .help = "only this table", .short_name = 't'},
    {.name = "sizes", .help = "with sizes"}};
constexpr OptionSpec use_options[] = {
    {.name = "name", .type = OptionType::positional, .help = "environment", .required = true}};
constexpr OptionSpec import_options[] = {
    {.name = "file", .type = OptionType::positionals, .help = "archives", .required = true},
    {.name = "label", .type = OptionType::text, .help = "new label", .required = true}};

constexpr OperationSpec status{.name = "status", .summary = "show where things stand"};
constexpr OperationSpec up{.name = "migrate up",
                           .summary = "apply pending migrations",
                           .effect = Effect::schema,
                           .options = up_options,
                           .examples = up_examples};
constexpr OperationSpec down{
    .name = "migrate down", .summary = "revert migrations", .effect = Effect::destructive};
constexpr OperationSpec show{
    .name = "backup show", .summary = "show one backup", .options = show_options};
constexpr OperationSpec import{.name = "backup import",
                               .summary = "take archives in",
                               .effect = Effect::write,
                               .needs = Needs::project,
                               .options = import_options};
constexpr OperationSpec inspect{
    .name = "inspect", .summary = "show what is there", .options = inspect_options};
constexpr OperationSpec use{.name = "env use",
                            .summary = "choose the environment",
                            .effect = Effect::write,
                            .needs = Needs::project,
                            .options = use_options,
                            .reports_findings = true};

}  // namespace

const CommandTable& sample_table() {
    static const CommandTable table = [] {
        std::vector<const OperationSpec*> specs = {&status, &up,      &down, &show,
                                                   &import, &inspect, &use};
        for (const OperationSpec& builtin : builtin_specs()) specs.push_back(&builtin);
        return CommandTable(specs);
    }();
    return table;
}

}  // namespace keel::test
