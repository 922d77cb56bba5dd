#pragma once

#include <span>
#include <vector>

#include "engines/sqlite/tokenizer.hpp"
#include "model/sql_action.hpp"

namespace keel::sqlite {

/// What in a statement only newer versions of SQLite have.
std::vector<ReadStatement::Feature> find_features(std::span<const Token> tokens);

}  // namespace keel::sqlite
