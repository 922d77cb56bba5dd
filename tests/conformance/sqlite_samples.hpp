#pragma once

#include <filesystem>

#include "fixture.hpp"

namespace keel::conformance {

/// `directory` is where the databases are: attempts to write try to make files there.
Samples sqlite_samples(const std::filesystem::path& directory);

}  // namespace keel::conformance
