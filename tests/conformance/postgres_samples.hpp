#pragma once

#include <filesystem>

#include "fixture.hpp"

namespace keel::conformance {

/// `side` is a path where the server may write, and no file may come to be.
Samples postgres_samples(const std::filesystem::path& side);

/// The ugliest schema that PostgreSQL can hold, with rows.
extern const char* const postgres_torture;

}  // namespace keel::conformance
