#include "engines/sqlite/statement_cache.hpp"

#include <algorithm>

namespace keel::sqlite {

StatementHandle StatementCache::take(std::string_view sql) {
    const auto found = std::ranges::find(entries_, sql, &Entry::sql);
    if (found == entries_.end()) return {};
    auto statement = std::move(found->statement);
    entries_.erase(found);
    return statement;
}

void StatementCache::keep(std::string_view sql, StatementHandle statement) {
    if (!statement || sql.size() > longest_text) return;
    entries_.push_front({std::string(sql), std::move(statement)});
    if (entries_.size() > capacity) entries_.pop_back();
}

}  // namespace keel::sqlite
