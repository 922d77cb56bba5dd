#pragma once

#include <memory>
#include <string>
#include <vector>

#include "db/engine.hpp"
#include "engines/postgres/dump_catalog.hpp"
#include "engines/postgres/wire.hpp"

namespace keel::postgres {

/// One consistent state of a database, held open by a transaction of its own that only reads, and
/// shared with other sessions. Its tables are locked against being changed or dropped.
class Snapshot {
  public:
    /// `source` must outlive it.
    Snapshot(const ConnectOptions& source, const std::stop_token& stop);

    Connection& connection() noexcept { return *connection_; }
    std::shared_ptr<Wire> wire() const;
    const std::string& name() const noexcept { return name_; }
    const std::vector<DumpTable>& tables() const noexcept { return tables_; }
    /// Of the database, as PostgreSQL calls it.
    const std::string& encoding() const noexcept { return encoding_; }
    int major_version() const;

    /// Another session that sees the same state.
    std::unique_ptr<Connection> another() const;

  private:
    std::unique_ptr<Connection> open() const;

    const ConnectOptions& source_;
    std::unique_ptr<Connection> connection_;
    CancelOnStop cancel_;
    std::string name_;
    std::string encoding_;
    std::vector<DumpTable> tables_;
};

}  // namespace keel::postgres
