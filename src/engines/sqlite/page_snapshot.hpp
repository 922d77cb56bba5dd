#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/json.hpp"
#include "db/connection.hpp"
#include "db/transaction.hpp"
#include "engines/sqlite/wal_snapshot.hpp"

struct sqlite3;
struct sqlite3_file;

namespace keel::sqlite {

/// The pages of one committed state of a database, read through the connection's own file: no
/// second descriptor is ever opened, because closing it would drop SQLite's locks. Others go on
/// writing where the database is in WAL mode; otherwise they wait at their commit until this ends.
class PageSnapshot {
  public:
    /// Nothing where pages cannot be read so: a database in memory, a foreign file system layer, a
    /// log whose state cannot be told because the connection is in a transaction already.
    static std::optional<PageSnapshot> take(Connection& connection);

    std::size_t page_size() const noexcept { return page_size_; }
    std::uint32_t page_count() const noexcept { return page_count_; }
    /// Whole pages, from number `first` (they count from 1).
    void read(std::uint32_t first, std::span<std::byte> bytes) const;
    /// What tells whether the database has changed since; null when that could not be told.
    Json stamp() const;
    /// Ends the transaction it began.
    void end();

  private:
    PageSnapshot() = default;
    bool begin(Connection& connection);
    bool begin_with_log(Connection& connection);

    sqlite3* database_ = nullptr;
    sqlite3_file* file_ = nullptr;
    std::size_t page_size_ = 0;
    std::uint32_t page_count_ = 0;
    std::unique_ptr<Transaction> transaction_;
    std::optional<WalIndexHeader> log_state_;
    std::optional<WalPages> log_;
};

}  // namespace keel::sqlite
