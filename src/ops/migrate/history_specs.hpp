#pragma once

#include <array>
#include <string_view>

#include "ops/kit/operation.hpp"

namespace keel {

// The operations on the history itself, as data.

inline constexpr std::array<OptionSpec, 4> adopt_options{
    {{.name = "from",
      .type = OptionType::text,
      .help = "whose history, where several tools have left one",
      .value_name = "TOOL"},
     {.name = "table",
      .type = OptionType::text,
      .help = "the history's table, where it has not the tool's usual name",
      .value_name = "[SCHEMA.]NAME"},
     {.name = "without-files",
      .type = OptionType::flag,
      .help = "take over versions whose file is gone, too"},
     {.name = "accept-changed",
      .type = OptionType::flag,
      .help = "files that were edited since they were applied stand for what was applied"}}};
inline constexpr std::array<std::string_view, 3> adopt_examples{
    "keel migrate adopt --dry-run", "keel migrate adopt", "keel migrate adopt --from flyway"};
inline constexpr OperationSpec adopt_spec{
    .name = "migrate adopt",
    .summary = "take over the history that another tool left in the database",
    .effect = Effect::schema,
    .options = adopt_options,
    .examples = adopt_examples};

inline constexpr std::array<OptionSpec, 1> export_options{
    {{.name = "tool",
      .type = OptionType::positional,
      .help = "whose form; the layout's own when not given"}}};
inline constexpr std::array<std::string_view, 2> export_examples{
    "keel migrate export-history", "keel migrate export-history goose --dry-run"};
inline constexpr OperationSpec export_spec{
    .name = "migrate export-history",
    .summary = "write the history into another tool's table, in its form",
    .effect = Effect::schema,
    .options = export_options,
    .examples = export_examples};

inline constexpr std::array<OptionSpec, 1> baseline_options{
    {{.name = "version",
      .type = OptionType::positional,
      .help = "the newest migration that the database already has",
      .required = true}}};
inline constexpr std::array<std::string_view, 2> baseline_examples{
    "keel migrate baseline 20260112100000", "keel migrate baseline 20260112100000 --dry-run"};
inline constexpr OperationSpec baseline_spec{
    .name = "migrate baseline",
    .summary = "say that a database without a history already has everything up to a version",
    .effect = Effect::schema,
    .options = baseline_options,
    .examples = baseline_examples};

inline constexpr std::array<OptionSpec, 1> goto_options{
    {{.name = "version",
      .type = OptionType::positional,
      .help = "the version to be at; 0 is before the first",
      .required = true}}};
inline constexpr std::array<std::string_view, 2> goto_examples{"keel migrate goto 20260112100000",
                                                               "keel migrate goto 0 --dry-run"};
inline constexpr OperationSpec goto_spec{
    .name = "migrate goto",
    .summary = "apply or undo migrations until the database is at a version",
    .effect = Effect::destructive,
    .options = goto_options,
    .examples = goto_examples,
    .asks_everywhere = false,
    .takes_safety_backup = true,
    .creates_database = true};

inline constexpr std::array<std::string_view, 2> verify_examples{
    "keel migrate verify", "keel migrate verify --env prod --json"};
inline constexpr OperationSpec verify_spec{
    .name = "migrate verify",
    .summary = "compare files, history and schema, and ask all verify queries again",
    .examples = verify_examples,
    .reports_findings = true};

inline constexpr std::array<OptionSpec, 1> squash_options{
    {{.name = "to",
      .type = OptionType::text,
      .help = "join the migrations up to this version; all of them when not given",
      .value_name = "VERSION"}}};
inline constexpr std::array<std::string_view, 2> squash_examples{
    "keel migrate squash --to 20260112100000 --dry-run", "keel migrate squash --to 20260112100000"};
inline constexpr OperationSpec squash_spec{
    .name = "migrate squash",
    .summary = "join migrations into one file, after proving that it makes the same schema",
    .effect = Effect::read,
    .options = squash_options,
    .examples = squash_examples};

}  // namespace keel
