#include "ops/env/operations.hpp"

#include <array>

#include "ops/env/adopt.hpp"
#include "ops/env/configuration.hpp"
#include "ops/env/init.hpp"
#include "ops/env/list.hpp"
#include "ops/env/show.hpp"
#include "ops/env/use.hpp"
#include "ops/env/wait.hpp"

namespace keel {
namespace {

constexpr std::array<OptionSpec, 4> init_options{
    {{.name = "engine",
      .type = OptionType::text,
      .help = "sqlite or postgres",
      .value_name = "ENGINE"},
     {.name = "env-name",
      .type = OptionType::text,
      .help = "name of the first environment (dev)",
      .value_name = "NAME"},
     {.name = "url",
      .type = OptionType::text,
      .help = "address of its database; one with a password goes into .env",
      .value_name = "ADDRESS"},
     {.name = "name",
      .type = OptionType::text,
      .help = "name of the project (the folder's)",
      .value_name = "NAME"}}};
constexpr std::array<std::string_view, 3> init_examples{
    "keel init", "keel init --engine sqlite",
    "keel init --env-name dev --url postgresql://app@localhost/shop"};
constexpr OperationSpec init_spec{.name = "init",
                                  .summary = "make this folder a project: keel.toml, migrations/",
                                  .effect = Effect::write,
                                  .needs = Needs::nothing,
                                  .options = init_options,
                                  .examples = init_examples,
                                  .opens_database = false};

constexpr std::array<std::string_view, 2> list_examples{"keel env list", "keel env list --json"};
constexpr OperationSpec list_spec{.name = "env list",
                                  .summary = "show all environments side by side",
                                  .needs = Needs::project,
                                  .examples = list_examples};

constexpr std::array<OptionSpec, 1> show_options{
    {{.name = "explain", .help = "say which source won and what it hid"}}};
constexpr std::array<std::string_view, 2> show_examples{"keel env show", "keel env show --explain"};
constexpr OperationSpec show_spec{.name = "env show",
                                  .summary = "show which environment is active, and why",
                                  .needs = Needs::project,
                                  .options = show_options,
                                  .examples = show_examples};

constexpr std::array<OptionSpec, 1> use_options{{{.name = "name",
                                                  .type = OptionType::positional,
                                                  .help = "the environment",
                                                  .required = true}}};
constexpr std::array<std::string_view, 2> use_examples{"keel env use test",
                                                       "keel env use prod --confirm prod"};
constexpr OperationSpec use_spec{
    .name = "env use",
    .summary = "make an environment the active one; a protected one for 30 minutes",
    .effect = Effect::schema,
    .options = use_options,
    .examples = use_examples,
    .opens_database = false,
    .environment_option = "name"};

constexpr std::array<OptionSpec, 1> wait_options{{{.name = "timeout",
                                                   .type = OptionType::text,
                                                   .help = "how long at most (60s)",
                                                   .value_name = "DURATION"}}};
constexpr std::array<std::string_view, 2> wait_examples{"keel env wait",
                                                        "keel env wait -e test --timeout 2min"};
constexpr OperationSpec wait_spec{.name = "env wait",
                                  .summary = "wait until the database's server answers",
                                  .options = wait_options,
                                  .examples = wait_examples};

constexpr std::array<std::string_view, 2> adopt_examples{"keel env adopt",
                                                         "keel env adopt -e stage --confirm stage"};
constexpr OperationSpec adopt_spec{
    .name = "env adopt",
    .summary = "stamp the database as the environment that the configuration says it is",
    .effect = Effect::schema,
    .examples = adopt_examples,
    .ignores_marker = true};

constexpr std::array<OptionSpec, 1> config_show_options{
    {{.name = "origin", .help = "say where each value is written"}}};
constexpr std::array<std::string_view, 2> config_show_examples{"keel config show",
                                                               "keel config show --origin"};
constexpr OperationSpec config_show_spec{.name = "config show",
                                         .summary = "show every value that holds",
                                         .needs = Needs::project,
                                         .options = config_show_options,
                                         .examples = config_show_examples};

constexpr std::array<std::string_view, 1> config_check_examples{"keel config check"};
constexpr OperationSpec config_check_spec{
    .name = "config check",
    .summary = "list every mistake of the configuration, with its place",
    .needs = Needs::nothing,
    .examples = config_check_examples};

constexpr std::array<std::string_view, 1> config_schema_examples{
    "keel config schema > keel.schema.json"};
constexpr OperationSpec config_schema_spec{.name = "config schema",
                                           .summary = "print the JSON Schema of keel.toml",
                                           .needs = Needs::nothing,
                                           .examples = config_schema_examples};

constexpr std::array<OperationEntry, 9> entries{
    {{.spec = &init_spec, .make = make_project_init},
     {.spec = &list_spec, .read = list_environments},
     {.spec = &show_spec, .read = show_environment},
     {.spec = &use_spec, .make = make_env_use},
     {.spec = &wait_spec, .read = wait_for_environment},
     {.spec = &adopt_spec, .make = make_env_adopt},
     {.spec = &config_show_spec, .read = show_configuration},
     {.spec = &config_check_spec, .read = check_configuration},
     {.spec = &config_schema_spec, .read = print_configuration_schema}}};

}  // namespace

std::span<const OperationEntry> env_operations() noexcept {
    return entries;
}

}  // namespace keel
