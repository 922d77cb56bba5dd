#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>

#include "engines/sqlite/handles.hpp"

namespace keel::sqlite {

/// Prepared statements that may be wanted again, the least recently used given up first. A
/// statement is out of the cache while it runs, so that the same text can run inside itself.
class StatementCache {
  public:
    /// Empty when there is none of that text.
    StatementHandle take(std::string_view sql);
    /// Keeps a statement that was reset and has no bindings.
    void keep(std::string_view sql, StatementHandle statement);
    void clear() noexcept { entries_.clear(); }

  private:
    struct Entry {
        std::string sql;
        StatementHandle statement;
    };
    static constexpr std::size_t capacity = 24;
    static constexpr std::size_t longest_text = 4096;

    std::list<Entry> entries_;  ///< the last used first
};

}  // namespace keel::sqlite
