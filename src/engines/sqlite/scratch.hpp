#pragma once

#include "db/statement_reader.hpp"
#include "engines/sqlite/database.hpp"

namespace keel::sqlite {

/// A database in memory. What defines something is run, what changes rows is only prepared: rows
/// are none of its business.
class SqliteScratch final : public ScratchSchema {
  public:
    SqliteScratch();

    Trial run(std::string_view statement) override;
    std::string version() override;
    std::string definitions() override;
    void copy_definitions(Connection& from) override;
    void begin() override;
    void rollback() override;

  private:
    enum class Treatment { pass_over, prepare, execute };
    static Treatment treatment_of(std::string_view statement);
    std::optional<Error> attempt(std::string_view statement, Treatment treatment);
    void accept_quoted_texts(bool accepted) noexcept;

    Database database_;
};

}  // namespace keel::sqlite
