#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.hpp"
#include "db/dumper.hpp"
#include "model/database_url.hpp"

namespace keel {

/// Forms in which other tools write and read whole databases.
enum class FileForm {
    sqlite,     ///< a SQLite database
    custom,     ///< pg_dump --format=custom
    directory,  ///< pg_dump --format=directory
    sql,        ///< SQL text: pg_dump --format=plain, sqlite3 .dump
};
std::string_view to_string(FileForm form) noexcept;

struct ImportFile {
    std::filesystem::path path;
    bool salvages = false;  ///< a damaged database: whatever can still be read is taken
};

struct ImportedDatabase {
    StagedDatabase staged;
    std::vector<std::string> lost = {};  ///< what could not be salvaged, for people
};

/// Databases as files of other tools. Thread-safe, no state.
class FileExchange {
  public:
    virtual ~FileExchange() = default;
    /// What lies at `path`, by its content; nothing when this engine cannot read it. Throws
    /// ErrorKind::not_found when nothing does.
    virtual std::optional<FileForm> form_of(const std::filesystem::path& path) const = 0;
    /// Makes a private database beside the target out of the file. What is in it belongs to the
    /// role that connects. Throws ErrorKind::invalid_input for a file that is damaged or not what
    /// it seemed, unsupported where nothing can be salvaged; nothing is left then.
    virtual ImportedDatabase stage(const ImportFile& file, const StageOptions& options,
                                   const Context& context) const = 0;
    virtual bool can_write(FileForm form) const noexcept = 0;
    /// Writes a whole database that nobody changes meanwhile to a new file, durably; all or
    /// nothing.
    virtual void write(const DatabaseUrl& database, FileForm form,
                       const std::filesystem::path& file, const Context& context) const = 0;
};

}  // namespace keel
