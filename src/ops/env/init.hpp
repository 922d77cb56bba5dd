#pragma once

#include <memory>

#include "ops/kit/operation_context.hpp"

namespace keel {

/// Makes a folder a project: migrations/, lines in .gitignore, and last of all keel.toml, so that
/// an interrupted run can be repeated. Never overwrites a keel.toml.
std::unique_ptr<Operation> make_project_init(const OptionValues& options);

}  // namespace keel
