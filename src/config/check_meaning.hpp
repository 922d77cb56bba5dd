#pragma once

#include <vector>

#include "config/sources.hpp"

namespace keel {

/// What single keys cannot show: names that must exist, circles of `inherits`, addresses that
/// cannot be read, a keel.local.toml that lowers protection. Needs sources whose keys had no
/// findings.
std::vector<Diagnostic> check_meaning(const Sources& sources);

}  // namespace keel
