#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

struct sqlite3;
struct sqlite3_file;  // NOLINT(readability-identifier-naming): SQLite's own

namespace keel::sqlite {

/// The header of the wal-index, in the memory that all connections share: which frames of the
/// write-ahead log are committed. SQLite documents its form (walformat.html).
struct WalIndexHeader {
    static constexpr std::size_t size = 48;

    std::array<std::byte, size> bytes{};
    std::uint32_t backfilled = 0;  ///< frames that are in the database file already

    std::uint32_t frames() const noexcept;  ///< committed ones
    std::span<const std::byte> salts() const noexcept;
    bool operator==(const WalIndexHeader& other) const noexcept { return bytes == other.bytes; }
    std::string hex() const;
};

/// Nothing when it cannot be read just now: no log is open, or somebody writes it this instant.
std::optional<WalIndexHeader> read_wal_index(sqlite3* database);

/// Pages of one committed state that are in the write-ahead log and perhaps not in the database
/// file yet. For a connection whose read transaction has exactly the state of `header`; the log
/// keeps those frames while it lasts, unless all of them are in the file too.
class WalPages {
  public:
    /// `before` was read before the transaction began, and is equal to what was read after.
    WalPages(sqlite3* database, const WalIndexHeader& before, std::size_t page_size);

    /// Fills in the page when the log has it.
    bool read(std::uint32_t page, std::span<std::byte> bytes) const;
    bool empty() const noexcept { return frames_.empty(); }

  private:
    using FrameHeader = std::array<std::byte, 24>;
    bool read_header(std::uint32_t frame, FrameHeader& header) const;
    std::int64_t offset_of(std::uint32_t frame) const noexcept;

    sqlite3_file* log_ = nullptr;
    WalIndexHeader header_;
    std::size_t page_size_;
    std::unordered_map<std::uint32_t, std::uint32_t> frames_;  ///< page to its newest frame
};

}  // namespace keel::sqlite
