#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/catalog.hpp"

namespace keel::sqlite {

/// A CREATE statement with one blank between tokens, no comments, and names quoted only where they
/// must be: equal for texts that SQLite or a user merely wrote differently.
std::string normalize_sql(std::string_view sql);

/// What a CREATE TABLE's text says and no pragma does, in the order of the text.
struct DeclaredConstraint {
    ConstraintKind kind = ConstraintKind::check;
    std::string name;
    std::vector<std::string> columns;
    std::string expression;  ///< of a check, normalised, without its parentheses
    bool deferred = false;   ///< of a foreign key
};

struct DeclaredTable {
    std::vector<DeclaredConstraint> constraints;
    bool autoincrement = false;
};

DeclaredTable read_create_table(std::string_view sql);

/// The items between the first parentheses of a CREATE INDEX, normalised.
std::vector<std::string> read_index_items(std::string_view sql);

/// What follows USING in a CREATE VIRTUAL TABLE, normalised.
std::string read_module(std::string_view sql);

}  // namespace keel::sqlite
