#pragma once

#include "db/dialect.hpp"
#include "ops/lint/rule.hpp"

namespace keel::lint {

/// Asks the database on `connection`, which must outlive it. Large tables are not read.
class ConnectedRows final : public LiveRows {
  public:
    ConnectedRows(Connection& connection, const Dialect& dialect, const SchemaState& state)
        : connection_(connection), dialect_(dialect), state_(state) {}

    std::optional<std::int64_t> count(const SqlName& table, const std::string& condition) override;
    std::optional<std::int64_t> count_repeated(const SqlName& table,
                                               const std::vector<std::string>& columns) override;
    std::string quote(std::string_view name) const override { return dialect_.quote(name); }

  private:
    std::optional<std::int64_t> ask(const SqlName& table, const std::string& inner);
    std::string quoted(const SqlName& table) const;

    Connection& connection_;
    const Dialect& dialect_;
    const SchemaState& state_;
};

}  // namespace keel::lint
