#include "cli/global_options.hpp"

#include <array>

namespace keel {

namespace {

constexpr std::array options = {
    OptionSpec{.name = "project",
               .type = OptionType::text,
               .help = "folder to look for keel.toml in, instead of here",
               .short_name = 'C',
               .value_name = "DIR"},
    OptionSpec{.name = "env",
               .type = OptionType::text,
               .help = "environment to work on, for this call",
               .short_name = 'e',
               .value_name = "NAME"},
    OptionSpec{.name = "database",
               .type = OptionType::text,
               .help = "database to work on, for this call",
               .value_name = "URL"},
    OptionSpec{.name = "migrations",
               .type = OptionType::text,
               .help = "folder of the migrations, for this call",
               .value_name = "DIR"},
    OptionSpec{.name = "layout",
               .type = OptionType::text,
               .help = "layout of the migrations, for this call",
               .value_name = "NAME"},
    OptionSpec{.name = "repository",
               .type = OptionType::text,
               .help = "backup repository, for this call: a folder or s3://bucket/prefix",
               .value_name = "WHERE"},
    OptionSpec{.name = "load-extension",
               .type = OptionType::list,
               .help = "SQLite: library with functions that the database needs, for this call",
               .value_name = "FILE"},
    OptionSpec{
        .name = "dry-run", .help = "show what would be done, change nothing", .short_name = 'n'},
    OptionSpec{.name = "yes",
               .help = "agree to what an unprotected environment would ask",
               .short_name = 'y'},
    OptionSpec{.name = "confirm",
               .type = OptionType::text,
               .help = "the environment's name, instead of typing it when asked",
               .value_name = "NAME"},
    OptionSpec{.name = "no-input", .help = "never ask: an unanswered question is a no"},
    OptionSpec{.name = "json", .help = "print one JSON object instead of text"},
    OptionSpec{.name = "quiet",
               .help = "only errors, and the result of commands that read",
               .short_name = 'q'},
    OptionSpec{.name = "verbose", .help = "say more while working", .short_name = 'v'},
    OptionSpec{.name = "no-color", .help = "no colours, as with NO_COLOR"},
    OptionSpec{.name = "help", .help = "show help", .short_name = 'h'},
    OptionSpec{.name = "version", .help = "show the version"},
};

}  // namespace

std::span<const OptionSpec> global_options() noexcept {
    return options;
}

}  // namespace keel
