#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/schema_model.hpp"
#include "ops/kit/operation_context.hpp"
#include "ops/kit/services.hpp"

namespace keel {

/// Where a schema is written down, or lives.
struct SchemaSource {
    enum class Kind { environment, database, file, folder, backup, models };
    Kind kind = Kind::environment;
    std::string shown;               ///< for messages: name, redacted URL, path
    std::string name;                ///< environment's
    std::optional<DatabaseUrl> url;  ///< of an environment or database
    std::filesystem::path path;      ///< of a file or folder
    NamedBackup backup = {};
};

/// What the user's word means: an environment, a URL, a .sql file, a folder of them, a backup
/// ("backup:latest", "backup:ID", an id), "models" for what the application declares in C++, or
/// "declared" for those or else the file of [migrations] schema. Throws ErrorKind::not_found,
/// listing what there is.
SchemaSource find_source(OperationContext& context, const std::string& word);

/// The environment that the operation works on.
SchemaSource own_source(OperationContext& context);
/// What the schema is to be: the application's models, or the file of [migrations] schema. Throws
/// ErrorKind::config when there is neither.
SchemaSource declared_source(OperationContext& context);
/// The file of [migrations] schema. Throws ErrorKind::config when none is configured.
SchemaSource declared_file(OperationContext& context);
/// Whether there is a declared schema.
bool has_declared_schema(OperationContext& context);

/// "create table users -- keel:renamed-from members": the new name (table, or table.column) and the
/// old last name.
struct RenameHint {
    std::string now;
    std::string before;
};
std::vector<RenameHint> rename_hints(std::string_view script);

/// The statements' file or files, in order, with their text. Throws ErrorKind::not_found,
/// invalid_input for a migration's sections, which are no schema.
struct SchemaScript {
    std::string shown;
    std::string text;
};
std::vector<SchemaScript> read_scripts(const SchemaSource& source);

}  // namespace keel
