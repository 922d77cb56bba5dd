#pragma once

#include <memory>
#include <string_view>

#include "db/lone_statement.hpp"

namespace keel::postgres {

/// See Engine::lone_statement.
std::unique_ptr<LoneStatement> lone_statement(std::string_view statement);

}  // namespace keel::postgres
