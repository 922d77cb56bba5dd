#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keel {

/// The name of a table or column as SQL has it: without its quotes, in lower case where it had
/// none.
struct BackfillName {
    std::string schema;  ///< of a table, where it is written
    std::string name;
};

/// What a line `-- keel:backfill table=… key=… batch=… pause=… target=… lag=…` asks for: the
/// statement below it is run again and again, each time for the next rows of the table in the order
/// of the key, each time in a transaction of its own.
struct BackfillDirective {
    BackfillName table;
    std::vector<std::string> key;  ///< empty: the table's primary key
    std::uint64_t batch = 1000;    ///< rows; the first time, where there is a target
    std::chrono::milliseconds pause{0};
    std::optional<std::chrono::milliseconds> target;  ///< how long a batch shall take
    std::optional<std::chrono::milliseconds> lag;     ///< how far replicas may fall behind
};

/// A statement below such a line.
struct Backfill {
    BackfillDirective directive;
    std::string text;   ///< as written, with `:batch` where the condition on the rows stands
    std::string plain;  ///< of the same length, with a condition that always holds: plain SQL

    /// The statement for one batch. `condition` gives the condition on the rows of the table; it is
    /// given the name that the statement calls the table by where `:batch(name)` says one.
    std::string with(const std::function<std::string(std::string_view)>& condition) const;
};

/// Reads the backfill of a statement of `text` that begins at `begin` and ends at `end`; what
/// stands between `from` and `begin` are blanks and comments. Nothing where none is asked for.
/// Throws ErrorKind::invalid_input with line and column in `text`: an unknown or repeated option, a
/// value that cannot be, no table, no statement (`begin` is `end`), a statement without `:batch`.
std::optional<Backfill> read_backfill(std::string_view text, std::size_t from, std::size_t begin,
                                      std::size_t end);

}  // namespace keel
