#pragma once

#include <span>

#include "ops/kit/operation.hpp"

namespace keel {

/// The options that every command takes, before, between or after its words.
std::span<const OptionSpec> global_options() noexcept;

}  // namespace keel
