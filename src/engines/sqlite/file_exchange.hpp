#pragma once

#include "db/file_exchange.hpp"

namespace keel::sqlite {

/// SQLite's own files, and SQL text as the sqlite3 shell's .dump writes it.
class SqliteFileExchange final : public FileExchange {
  public:
    std::optional<FileForm> form_of(const std::filesystem::path& path) const override;
    ImportedDatabase stage(const ImportFile& import, const StageOptions& options,
                           const Context& context) const override;
    bool can_write(FileForm form) const noexcept override { return form == FileForm::sqlite; }
    void write(const DatabaseUrl& database, FileForm form, const std::filesystem::path& file,
               const Context& context) const override;
};

}  // namespace keel::sqlite
