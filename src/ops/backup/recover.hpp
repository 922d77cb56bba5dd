#pragma once

#include <memory>

#include "ops/kit/operation.hpp"

namespace keel {

/// Puts in order whatever interrupted runs of any family left.
std::unique_ptr<Operation> make_recover(const OptionValues& options);

}  // namespace keel
