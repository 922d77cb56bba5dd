#pragma once

#include <memory>

#include "ops/kit/operation_context.hpp"

namespace keel {

/// The keys of an encrypted repository. Secrets come from files and environment variables, never
/// from the command line.
void list_keys(OperationContext& context, const OptionValues& options, Report& report);
std::unique_ptr<Operation> make_key_new(const OptionValues& options);
std::unique_ptr<Operation> make_key_add(const OptionValues& options);
std::unique_ptr<Operation> make_key_remove(const OptionValues& options);
std::unique_ptr<Operation> make_key_rotate(const OptionValues& options);

}  // namespace keel
