#pragma once

#include <string>
#include <string_view>

#include "db/engine.hpp"
#include "ops/kit/schema_prove.hpp"

namespace keel {

/// Statements as a file has them: each ended by a semicolon, an empty line between.
std::string script_of(const std::vector<SchemaStep>& steps);

/// The whole schema as a file: the same text for equal schemas. Its first lines say what it is, for
/// which engine, and the digest of the rest, so that an edit by hand is noticed.
std::string schema_file(const Engine& engine, const SchemaModel& model);

/// What the first lines of a file say of it.
struct SchemaFileState {
    bool is_ours = false;    ///< written by `schema_file`
    bool is_edited = false;  ///< since
    std::string engine;
};
SchemaFileState state_of_schema_file(std::string_view text);

}  // namespace keel
