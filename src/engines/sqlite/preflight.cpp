#include "engines/sqlite/preflight.hpp"

#include <string>

#include "db/disk_room.hpp"
#include "db/sql_words.hpp"

namespace keel::sqlite {
namespace {

bool writes_much(const Statement& statement) {
    const auto words = sql_words(statement.text);
    if (words.empty()) return false;
    return words.front() == "vacuum" || words.front() == "reindex" ||
           has_sequence(words, {"drop", "table"}) || has_sequence(words, {"create", "index"}) ||
           has_sequence(words, {"create", "unique", "index"});
}

}  // namespace

std::vector<Diagnostic> preflight(Connection& connection, std::span<const Statement> statements) {
    bool is_much = false;
    for (const Statement& statement : statements) is_much = is_much || writes_much(statement);
    if (!is_much) return {};
    const auto file = connection.query_text(
        "select file from pragma_database_list where name = 'main' and file <> ''");
    if (!file) return {};
    const std::int64_t pages = connection.query_integer("pragma page_count");
    const std::int64_t size = pages * connection.query_integer("pragma page_size");
    std::vector<Diagnostic> findings;
    if (auto found = lack_of_room(std::filesystem::path(*file).parent_path(),
                                  2 * static_cast<std::uint64_t>(size)))
        findings.push_back(std::move(*found));
    return findings;
}

}  // namespace keel::sqlite
