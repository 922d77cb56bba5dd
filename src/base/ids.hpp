#pragma once

#include <string>

#include "base/clock.hpp"

namespace keel {

/// A random UUID (version 4), from the kernel's generator.
std::string new_uuid();

/// "20261120t071500-9f3k2m": sorts by time, is a valid part of file and database names (lower case,
/// no quoting needed after a letter), and does not repeat.
std::string new_run_id(TimePoint now);

}  // namespace keel
