#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "ops/migrate/layout.hpp"

namespace keel {

/// Something in a migrations folder.
struct SourceFile {
    std::filesystem::path path;
    std::string name;   ///< of the file alone
    std::string shown;  ///< as messages show it
};

/// What a folder holds, hidden things apart, in the order of the names.
struct FolderContent {
    std::vector<SourceFile> files;
    std::vector<SourceFile> folders;
};

/// Throws ErrorKind::not_found when the migrations folder is not there, ErrorKind::io when
/// it cannot be read.
FolderContent list_folder(const MigrationFolder& folder);
/// The same for a folder below it.
FolderContent list_folder(const MigrationFolder& folder, const std::filesystem::path& below);
/// All files of the folder and those below it.
std::vector<SourceFile> list_files_below(const MigrationFolder& folder);

/// One file below the migrations folder, which need not exist.
SourceFile source_file(const MigrationFolder& folder, const std::filesystem::path& path);
/// Whether something is there; also no when that cannot be found out.
bool file_exists(const std::filesystem::path& path) noexcept;
/// Throws what `read_migration_text` throws.
std::string read_source(const SourceFile& file);

/// "42" of "42_answers.sql": the digits that a name begins with.
std::string_view leading_digits(std::string_view name) noexcept;
/// "add_users.sql" without its last extension.
std::string_view without_extension(std::string_view name) noexcept;
/// "sql" of "add_users.up.sql", empty when there is none.
std::string_view extension_of(std::string_view name) noexcept;

/// "Go" for a file that only a program can run ("3_seed.go"), empty for any other.
std::string_view program_language(std::string_view name) noexcept;

}  // namespace keel
