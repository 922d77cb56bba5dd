#pragma once

#include <vector>

#include "db/connection.hpp"
#include "engines/sqlite/handles.hpp"

namespace keel::sqlite {

/// The row on which a statement stands. SQLite converts values in place, so the type of each is
/// looked up before its text is.
class StatementRow final : public Row {
  public:
    explicit StatementRow(sqlite3_stmt* statement);
    /// To be called after each step.
    void moved() noexcept;

    std::size_t size() const noexcept override { return types_.size(); }
    std::string_view name(std::size_t column) const override;
    bool is_null(std::size_t column) const override;
    std::string_view text(std::size_t column) const override;
    Value value(std::size_t column) const override;

  private:
    int type(std::size_t column) const;

    sqlite3_stmt* statement_;
    mutable std::vector<signed char> types_;  ///< 0: not looked up yet
};

}  // namespace keel::sqlite
