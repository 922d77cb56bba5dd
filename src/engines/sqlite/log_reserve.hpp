#pragma once

#include <cstdint>

struct sqlite3;

namespace keel::sqlite {

/// Makes room in the write-ahead log ahead of a long row of commits. Keel does not checkpoint while
/// others may be connected (see Database), so the log only grows; and a sync of a file that has
/// just grown costs the file system a second write, for its new size. Zeros behind the log's end
/// are what SQLite itself leaves there after a reset: no frame, for want of a right checksum.
class LogReserve {
  public:
    /// Counts the frames of the log from here on. `database` must outlive this object.
    void watch(sqlite3* database) noexcept;
    /// Before a commit. Does nothing but in a transaction that has written, whose lock keeps others
    /// from appending. A failure is left to the commit to meet.
    void make_room(sqlite3* database) noexcept;

  private:
    static int on_commit(void* self, sqlite3* database, const char* schema, int frames) noexcept;

    std::int64_t frames_ = 0;   ///< in the log after the last commit
    std::int64_t commits_ = 0;  ///< into the log so far
    int page_size_ = 0;
};

}  // namespace keel::sqlite
