#pragma once

#include "db/inspector.hpp"

namespace keel::sqlite {

class SqliteInspector final : public Inspector {
  public:
    Catalog inspect(Connection& connection, const InspectOptions& options) const override;
    std::string fingerprint(Connection& connection) const override;
    bool has_internal_table(Connection& connection, std::string_view name) const override;
    bool has_tables(Connection& connection) const override;
};

}  // namespace keel::sqlite
