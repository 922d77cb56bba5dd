#pragma once

#include <memory>
#include <string>
#include <vector>

#include "db/connection.hpp"

namespace keel::postgres {

/// A bracket for reading the catalog: one snapshot (an own read-only transaction when none is
/// open), and search_path at pg_catalog, so that names come out qualified and the same for all
/// callers. The destructor leaves the session as it was.
class CatalogSession {
  public:
    explicit CatalogSession(Connection& connection);
    ~CatalogSession();
    CatalogSession(const CatalogSession&) = delete;
    CatalogSession& operator=(const CatalogSession&) = delete;

    Connection& connection() noexcept { return *internal_; }

  private:
    std::unique_ptr<Connection> internal_;
    bool owns_transaction_;
    std::string search_path_;
};

/// "{1,2,3}" for an oid[] parameter.
std::string oid_array(const std::vector<std::int64_t>& oids);

/// A JSON array of strings, as json_agg gives it.
std::vector<std::string> string_list(std::string_view json);

}  // namespace keel::postgres
