#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/schema_model.hpp"

namespace keel::postgres {

struct Alteration {
    std::string sql;
    std::string lock = {};
    std::string hazard = {};
    bool destructive = false;
    bool own_phase = false;  ///< what uses it wants it committed
};

/// Statements that change an object in place; nothing when it must be dropped and made anew.
std::optional<std::vector<Alteration>> alter_in_place(const SchemaObject& from,
                                                      const SchemaObject& to);

/// ALTER COLUMN … TYPE, with the conversion it needs. `through_text`: values of another type of the
/// same name.
Alteration change_type(const SchemaObject& from, const SchemaObject& to, bool through_text);

/// Whether labels of the enum are only added.
bool only_adds_labels(const SchemaObject& from, const SchemaObject& to);

/// A column as CREATE TABLE and ADD COLUMN write it; `default_clause` may be empty.
std::string column_definition(const SchemaObject& column, const std::string& default_clause);

/// What ADD COLUMN and CREATE TABLE cannot say of it.
std::vector<std::string> column_extras(const SchemaObject& column);

}  // namespace keel::postgres
