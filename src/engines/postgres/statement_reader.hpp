#pragma once

#include "db/statement_reader.hpp"

namespace keel::postgres {

/// Reads statements with PostgreSQL 15's own grammar (libpg_query). What a newer server would
/// understand is a complaint that says so.
class PostgresStatementReader final : public StatementReader {
  public:
    ReadStatement read(std::string_view statement) const override;
};

}  // namespace keel::postgres
