#pragma once

#include "db/file_exchange.hpp"
#include "engines/postgres/engine.hpp"

namespace keel::postgres {

/// What pg_dump writes: custom and directory archives (by pg_restore) and plain SQL (by our own
/// splitter, never psql).
class PostgresFileExchange final : public FileExchange {
  public:
    explicit PostgresFileExchange(const EngineOptions& options) : options_(options) {}

    std::optional<FileForm> form_of(const std::filesystem::path& path) const override;
    ImportedDatabase stage(const ImportFile& import, const StageOptions& options,
                           const Context& context) const override;
    bool can_write(FileForm form) const noexcept override {
        return form == FileForm::custom || form == FileForm::sql;
    }
    void write(const DatabaseUrl& database, FileForm form, const std::filesystem::path& file,
               const Context& context) const override;

  private:
    EngineOptions options_;
};

}  // namespace keel::postgres
