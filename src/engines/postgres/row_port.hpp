#pragma once

#include "db/row_port.hpp"
#include "engines/postgres/engine.hpp"

namespace keel::postgres {

/// Rows are loaded as a replica does it, where this role may: then no trigger fires and no foreign
/// key is looked at. Otherwise triggers are disabled, and foreign keys dropped and made again, in
/// the same transaction.
class PostgresRowPort final : public RowPort {
  public:
    explicit PostgresRowPort(const EngineOptions& options) : options_(options) {}

    void begin_reading(Connection& source) const override;
    bool begin_reading_together(std::span<Connection* const> sources) const override;
    std::vector<TableId> binary_tables(Connection& source) const override;
    std::vector<TableCounter> counters(Connection& source) const override;
    std::unique_ptr<RowLoad> begin_loading(Connection& target,
                                           std::span<const TableId> tables) const override;
    std::unique_ptr<NewDatabase> make_new(const StageOptions& options,
                                          const Context& context) const override;

  private:
    EngineOptions options_;
};

}  // namespace keel::postgres
