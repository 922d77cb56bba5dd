#include "engines/sqlite/wal_snapshot.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel::sqlite {
namespace {

constexpr std::size_t frames_at = 16;
constexpr std::size_t salts_at = 32;
constexpr std::size_t salts_size = 8;
constexpr std::size_t backfilled_at = 96;
constexpr int region_size = 32 * 1024;
constexpr std::int64_t log_header_size = 32;
constexpr std::int64_t frame_header_size = 24;

sqlite3_file* file_of(sqlite3* database, int which) {
    sqlite3_file* file = nullptr;
    const int code = sqlite3_file_control(database, "main", which, &file);
    return code == SQLITE_OK && file && file->pMethods ? file : nullptr;
}

std::uint32_t native(std::span<const std::byte> bytes, std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

std::uint32_t big_endian(std::span<const std::byte> bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i)
        value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
    return value;
}

}  // namespace

std::uint32_t WalIndexHeader::frames() const noexcept {
    return native(bytes, frames_at);
}

std::span<const std::byte> WalIndexHeader::salts() const noexcept {
    return std::span(bytes).subspan(salts_at, salts_size);
}

std::string WalIndexHeader::hex() const {
    return keel::hex(bytes);
}

std::optional<WalIndexHeader> read_wal_index(sqlite3* database) {
    sqlite3_file* file = file_of(database, SQLITE_FCNTL_FILE_POINTER);
    if (!file || file->pMethods->iVersion < 2 || !file->pMethods->xShmMap) return std::nullopt;
    volatile void* region = nullptr;
    if (file->pMethods->xShmMap(file, 0, region_size, 0, &region) != SQLITE_OK || !region)
        return std::nullopt;
    const auto* shared = static_cast<const volatile std::byte*>(region);
    const auto copy = [&](std::size_t from, std::span<std::byte> to) {
        for (std::size_t i = 0; i < to.size(); ++i) to[i] = shared[from + i];
    };
    WalIndexHeader header;
    std::array<std::byte, WalIndexHeader::size> second{};
    std::array<std::byte, sizeof(std::uint32_t)> backfilled{};
    copy(0, header.bytes);
    file->pMethods->xShmBarrier(file);
    copy(WalIndexHeader::size, second);
    copy(backfilled_at, backfilled);
    if (header.bytes != second) return std::nullopt;
    header.backfilled = native(backfilled, 0);
    return header;
}

WalPages::WalPages(sqlite3* database, const WalIndexHeader& before, std::size_t page_size)
    : log_(file_of(database, SQLITE_FCNTL_JOURNAL_POINTER)),
      header_(before),
      page_size_(page_size) {
    if (before.backfilled >= before.frames()) return;
    if (!log_) throw Error(ErrorKind::internal, "the write-ahead log is not open");
    for (std::uint32_t frame = before.backfilled + 1; frame <= before.frames(); ++frame) {
        FrameHeader found{};
        // Frames of another round: the log has been written to the file as a whole since.
        if (!read_header(frame, found)) continue;
        frames_[big_endian(found, 0)] = frame;
    }
}

std::int64_t WalPages::offset_of(std::uint32_t frame) const noexcept {
    return log_header_size +
           (std::int64_t{frame} - 1) * (frame_header_size + static_cast<std::int64_t>(page_size_));
}

bool WalPages::read_header(std::uint32_t frame, FrameHeader& header) const {
    const int code = log_->pMethods->xRead(log_, header.data(), static_cast<int>(header.size()),
                                           offset_of(frame));
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
        throw Error(ErrorKind::io, "cannot read the write-ahead log of the database");
    return code == SQLITE_OK &&
           std::ranges::equal(std::span<const std::byte>(header).subspan(8, salts_size),
                              header_.salts());
}

bool WalPages::read(std::uint32_t page, std::span<std::byte> bytes) const {
    const auto found = frames_.find(page);
    if (found == frames_.end()) return false;
    const int code = log_->pMethods->xRead(log_, bytes.data(), static_cast<int>(bytes.size()),
                                           offset_of(found->second) + frame_header_size);
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
        throw Error(ErrorKind::io, "cannot read the write-ahead log of the database");
    // Looked at after the page was read: if it is still the frame it was, so was the page.
    FrameHeader header{};
    return read_header(found->second, header) && big_endian(header, 0) == page;
}

}  // namespace keel::sqlite
