#include "engines/postgres/row_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/sql_words.hpp"

namespace keel::postgres {
namespace {

/// Statements that begin with one of these words may remove rows, of whatever table.
constexpr std::array<std::string_view, 8> removing{"delete", "truncate", "merge", "update",
                                                   "select", "call",     "do",    "with"};
constexpr std::array<std::string_view, 4> truncating{"truncate", "call", "do", "select"};

constexpr std::string_view user_tables =
    "pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
    "where c.relkind = 'r' and n.nspname <> 'keel' and n.nspname <> 'information_schema' "
    "and n.nspname !~ '^pg_'";

/// Its own name and those of the tables that it is a partition of, joined by line feeds.
constexpr std::string_view meanings =
    "(select pg_catalog.string_agg(m.relname, e'\\n') from pg_catalog.pg_class m where m.oid = "
    "c.oid or m.oid in (select a.relid from pg_catalog.pg_partition_ancestors(c.oid) a))";

bool begins_with_any(std::span<const std::string> words, std::span<const std::string_view> wanted) {
    return !words.empty() && std::ranges::find(wanted, words.front()) != wanted.end();
}

bool is_word_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

Error not_meant(const std::string& table, std::int64_t rows) {
    const std::string what =
        rows > 0 ? count_of(static_cast<std::uint64_t>(rows), "row") : "all rows";
    return Error(ErrorKind::constraint,
                 fmt::format("the migration removes {} of {}, which it does not name", what, table))
        .with_hint(
            "see which trigger, function or CASCADE does that; if it is meant, name the table in "
            "the statement: a comment inside it is enough");
}

}  // namespace

RowWatch::RowWatch(Connection& connection, std::span<const Statement> statements)
    : connection_(connection) {
    for (const Statement& statement : statements) {
        const auto words = sql_words(statement.text);
        is_needed_ = is_needed_ || begins_with_any(words, removing);
        may_truncate_ = may_truncate_ || begins_with_any(words, truncating);
    }
    if (!is_needed_) return;
    for (const Statement& statement : statements) text_ += to_lower(statement.text) + "\n";
}

void RowWatch::begin() {
    remarks_.clear();
    files_.clear();
    if (!may_truncate_) return;
    connection_.query(
        fmt::format("select c.oid::text, pg_catalog.pg_relation_filenode(c.oid)::text from {} and "
                    "pg_catalog.pg_relation_size(c.oid) > 0",
                    user_tables),
        {}, [&](const Row& row) { files_.emplace(row.string(0), row.string(1)); });
}

void RowWatch::end() {
    for (const Loss& loss : deleted()) {
        if (std::ranges::any_of(loss.meanings, [&](const auto& name) { return is_named(name); }))
            continue;
        const std::string parent = parent_named(loss);
        if (parent.empty()) throw not_meant(loss.table, loss.rows);
        remarks_.push_back(fmt::format("{} of {} went with their rows of {} (ON DELETE CASCADE)",
                                       count_of(static_cast<std::uint64_t>(loss.rows), "row"),
                                       loss.table, parent));
    }
    for (const Loss& loss : truncated())
        if (std::ranges::none_of(loss.meanings, [&](const auto& name) { return is_named(name); }))
            throw not_meant(loss.table, loss.rows);
}

std::vector<RowWatch::Loss> RowWatch::deleted() {
    std::vector<Loss> losses;
    connection_.query(fmt::format("select c.oid::text, c.oid::pg_catalog.regclass::text, {}, "
                                  "pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) - "
                                  "pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) from {} and "
                                  "pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) > "
                                  "pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) order by 2",
                                  meanings, user_tables),
                      {}, [&](const Row& row) {
                          losses.push_back({.oid = row.string(0),
                                            .table = row.string(1),
                                            .rows = row.integer(3),
                                            .meanings = split(row.string(2), '\n')});
                      });
    return losses;
}

/// Tables that had rows, have another file now, and nothing in it.
std::vector<RowWatch::Loss> RowWatch::truncated() {
    std::vector<Loss> losses;
    if (files_.empty()) return losses;
    connection_.query(fmt::format("select c.oid::text, c.oid::pg_catalog.regclass::text, {}, "
                                  "pg_catalog.pg_relation_filenode(c.oid)::text from {} and "
                                  "pg_catalog.pg_relation_size(c.oid) = 0 order by 2",
                                  meanings, user_tables),
                      {}, [&](const Row& row) {
                          const auto before = files_.find(row.string(0));
                          if (before == files_.end() || before->second == row.string(3)) return;
                          losses.push_back({.oid = row.string(0),
                                            .table = row.string(1),
                                            .meanings = split(row.string(2), '\n')});
                      });
    return losses;
}

/// A table that the statements name and whose rows take those of this one with them; empty when
/// there is none.
std::string RowWatch::parent_named(const Loss& loss) {
    std::string found;
    const std::array<Value, 1> parameters{loss.oid};
    connection_.query(
        "with recursive parents (oid) as ("
        "select k.confrelid from pg_catalog.pg_constraint k where k.conrelid = $1::text::oid and "
        "k.contype = 'f' and k.confdeltype = 'c' union "
        "select k.confrelid from pg_catalog.pg_constraint k join parents p on p.oid = k.conrelid "
        "where k.contype = 'f' and k.confdeltype = 'c') "
        "select c.oid::pg_catalog.regclass::text, c.relname from parents p "
        "join pg_catalog.pg_class c on c.oid = p.oid order by 1",
        parameters, [&](const Row& row) {
            if (found.empty() && is_named(row.string(1))) found = row.string(0);
        });
    return found;
}

/// As a word of its own, anywhere in the statements: in a function's body and in a comment too.
bool RowWatch::is_named(const std::string& name) const {
    const std::string wanted = to_lower(name);
    for (std::size_t at = text_.find(wanted); at != std::string::npos;
         at = text_.find(wanted, at + 1)) {
        const std::size_t end = at + wanted.size();
        const bool begins = at == 0 || !is_word_character(text_[at - 1]);
        if (begins && (end >= text_.size() || !is_word_character(text_[end]))) return true;
    }
    return false;
}

}  // namespace keel::postgres
