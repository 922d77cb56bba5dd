#pragma once

#include "db/row_port.hpp"

namespace keel::sqlite {

class SqliteRowPort final : public RowPort {
  public:
    void begin_reading(Connection& source) const override;
    bool begin_reading_together(std::span<Connection* const> sources) const override;
    std::vector<TableId> binary_tables(Connection& source) const override;
    std::vector<TableCounter> counters(Connection& source) const override;
    std::unique_ptr<RowLoad> begin_loading(Connection& target,
                                           std::span<const TableId> tables) const override;
    std::unique_ptr<NewDatabase> make_new(const StageOptions& options,
                                          const Context& context) const override;
};

}  // namespace keel::sqlite
