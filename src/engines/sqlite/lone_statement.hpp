#pragma once

#include <memory>
#include <string_view>

#include "db/lone_statement.hpp"

namespace keel::sqlite {

/// See Engine::lone_statement: VACUUM is atomic by itself, and a PRAGMA may be set again.
std::unique_ptr<LoneStatement> lone_statement(std::string_view statement);

}  // namespace keel::sqlite
