#pragma once

#include <vector>

#include "config/node.hpp"
#include "model/diagnostic.hpp"

namespace keel {

/// Every key and value of one file against the table of keys: unknown and mistyped keys, values of
/// the wrong type or outside their range. What values mean together is `check_meaning`'s.
std::vector<Diagnostic> check_keys(const ConfigNode& file);

}  // namespace keel
