#pragma once

#include <span>
#include <string>
#include <vector>

#include "ops/kit/invocation.hpp"

namespace keel {

/// How the command talks, as the arguments ask for it.
struct OutputOptions {
    bool json = false;
    bool quiet = false;
    bool verbose = false;
    bool no_color = false;
};

/// What the arguments say, checked against the spec.
struct Arguments {
    OptionValues options;  ///< the command's own
    ProjectOverrides overrides;
    OutputOptions output;
    bool dry_run = false;
    bool yes = false;
    bool no_input = false;
    std::string confirm;
    bool wants_help = false;
    bool wants_version = false;
};

/// Reads the arguments of one command (or, with no spec, global options only). The command's words
/// must have been taken out. Throws ErrorKind::usage for anything that is not right, with the
/// nearest valid option; required ones are not missed when help is wanted.
Arguments parse_arguments(const OperationSpec* spec, std::span<const std::string> arguments);

/// "unknown option '--tabel' (did you mean '--table'?)", for one command or the global options.
Error unknown_option(std::string_view argument, const OperationSpec* spec);

/// Whether the plain word --json is among the arguments: so that a mistake in them can be reported
/// in the form that was asked for.
bool asks_for_json(std::span<const std::string> arguments);

}  // namespace keel
