#pragma once

#include "db/dialect.hpp"

namespace keel::sqlite {

/// "na""me": for use inside the engine, where only names that SQLite itself gave are quoted.
std::string quote_name(std::string_view identifier);

/// Whether that is the name of one of Keel's own tables.
bool is_internal_table(std::string_view name) noexcept;

class SqliteDialect final : public Dialect {
  public:
    std::string quote(std::string_view identifier) const override;
    std::string quote(std::string_view schema, std::string_view name) const override;
    std::string literal(const Value& value) const override;
    SplitResult split(std::string_view script) const override;
    bool needs_no_transaction(std::string_view statement) const override;
    bool controls_transaction(std::string_view statement) const override;
    std::string internal_table(std::string_view name) const override;
    std::vector<std::string> internal_setup() const override;
    bool is_internal(std::string_view schema, std::string_view name) const noexcept override;
};

}  // namespace keel::sqlite
