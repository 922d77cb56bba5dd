#pragma once

#include <string>

#include "generator.hpp"

namespace keel::test {

/// Kinds of objects that need none of the generated tables: they come before them.
std::string generate_rarer_types(EngineKind engine, const Choices& choices);
/// Tables of their own with what few tables have, and what hangs on them.
std::string generate_rarer_tables(EngineKind engine, const Choices& choices);

}  // namespace keel::test
