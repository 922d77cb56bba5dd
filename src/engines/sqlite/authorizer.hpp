#pragma once

#include <array>

struct sqlite3;

namespace keel::sqlite {

/// What was refused last, for the message; an empty text when nothing was.
struct Refusal {
    std::array<char, 80> what{};
};

/// From here on SQLite refuses (SQLITE_AUTH) to prepare anything on `database` but reading: an
/// allow-list, so that what a later SQLite adds is refused too. Also takes away ATTACH. `refusal`
/// must outlive the restriction.
void allow_reading_only(sqlite3* database, Refusal& refusal) noexcept;

/// Takes the restriction off again, for a session that may write.
void allow_everything(sqlite3* database) noexcept;

}  // namespace keel::sqlite
