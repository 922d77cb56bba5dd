#pragma once

#include <span>

#include "engines/sqlite/tokenizer.hpp"
#include "model/sql_action.hpp"

namespace keel::sqlite {

/// One item of a CREATE TABLE's list that defines a column, or what follows ADD COLUMN.
SqlColumn read_column(std::span<const Token> item);
/// Whether an item of the list is a constraint of the table.
bool is_table_constraint(std::span<const Token> item) noexcept;
SqlConstraint read_table_constraint(std::span<const Token> item);

}  // namespace keel::sqlite
