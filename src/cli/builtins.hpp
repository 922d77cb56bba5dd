#pragma once

#include <span>

#include "model/report.hpp"
#include "ops/kit/operation.hpp"

namespace keel {

/// The commands that are about the command line itself and therefore not in the registry.
std::span<const OperationSpec> builtin_specs() noexcept;

/// Runs one of them. Throws ErrorKind::usage.
Report run_builtin(const OperationSpec& spec, const OptionValues& options);

}  // namespace keel
