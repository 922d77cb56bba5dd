#pragma once

#include "db/dialect.hpp"

namespace keel::postgres {

class PostgresDialect final : public Dialect {
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

}  // namespace keel::postgres
