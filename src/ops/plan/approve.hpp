#pragma once

#include <memory>

#include "ops/kit/operation.hpp"

namespace keel {

/// `keel approve PLAN`: signs a plan, or with --new-key makes the key to sign with.
std::unique_ptr<Operation> make_approve(const OptionValues& options);

}  // namespace keel
