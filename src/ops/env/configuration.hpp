#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

/// Every value that holds, and with --origin where it is written. Fetches no secret.
void show_configuration(OperationContext& context, const OptionValues& options, Report& report);

/// Every mistake of the configuration, each with its place. Throws ErrorKind::config when there is
/// one that keeps the project from being used.
void check_configuration(OperationContext& context, const OptionValues& options, Report& report);

/// The JSON Schema of keel.toml.
void print_configuration_schema(OperationContext& context, const OptionValues& options,
                                Report& report);

}  // namespace keel
