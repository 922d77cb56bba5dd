#pragma once

#include <span>
#include <string>

#include "db/connection.hpp"

namespace keel::sqlite {

/// Loads shared libraries into a connection of this engine, each by the name that the system's
/// loader takes; SQL itself cannot load any, before and after. Throws ErrorKind::config for one
/// that is not there or is no extension.
void load_extensions(Connection& connection, std::span<const std::string> files);

}  // namespace keel::sqlite
