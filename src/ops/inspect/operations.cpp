#include "ops/inspect/operations.hpp"

#include <array>

#include "ops/inspect/info.hpp"
#include "ops/inspect/inspect.hpp"

namespace keel {

namespace {

constexpr OptionSpec inspect_options[] = {
    {.name = "tables", .help = "list the tables with rows, size and columns (the default)"},
    {.name = "table",
     .type = OptionType::text,
     .help = "one table: its columns, indexes, constraints and triggers"},
    {.name = "schema", .type = OptionType::text, .help = "only what is in this schema"},
    {.name = "indexes", .help = "list the indexes"},
    {.name = "constraints", .help = "list the constraints"},
    {.name = "triggers", .help = "list the triggers"},
    {.name = "functions", .help = "list the functions and procedures"},
    {.name = "views", .help = "list the views"},
    {.name = "sizes", .help = "measure sizes even where that means reading a large file"},
};
constexpr std::string_view inspect_examples[] = {
    "keel inspect",
    "keel inspect --table orders",
    "keel inspect --indexes --sizes",
    "keel inspect --views --functions -e prod --json",
};
constexpr OperationSpec inspect_spec{
    .name = "inspect",
    .summary = "show tables, columns, indexes, constraints, triggers, functions and views",
    .options = inspect_options,
    .examples = inspect_examples,
};

constexpr std::string_view info_examples[] = {"keel info", "keel info -e prod --json"};
constexpr OperationSpec info_spec{
    .name = "info",
    .summary = "show engine, version, size, counts, encoding and settings of the database",
    .examples = info_examples,
};

constexpr std::array entries{
    OperationEntry{.spec = &inspect_spec, .read = inspect_database},
    OperationEntry{.spec = &info_spec, .read = show_info},
};

}  // namespace

std::span<const OperationEntry> inspect_operations() noexcept {
    return entries;
}

}  // namespace keel
