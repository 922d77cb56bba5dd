#include "engines/sqlite/schema_change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/sql_words.hpp"
#include "engines/sqlite/rebuild_watch.hpp"

namespace keel::sqlite {
namespace {

constexpr std::size_t rows_named = 5;

/// Rows of one child table that have no parent.
struct Orphans {
    std::uint64_t count = 0;
    std::vector<std::string> first_rowids;
};

/// By child and parent table. A child whose parent table does not exist is in it even without rows.
using OrphansByTables = std::map<std::pair<std::string, std::string>, Orphans>;

OrphansByTables find_orphans(Connection& connection) {
    OrphansByTables orphans;
    connection.query("pragma foreign_key_check", {}, [&](const Row& row) {
        Orphans& found = orphans[{row.string(0), row.string(2)}];
        ++found.count;
        if (found.first_rowids.size() < rows_named && !row.is_null(1))
            found.first_rowids.push_back(row.string(1));
    });
    connection.query(
        "select child.name, reference.\"table\" from sqlite_schema child, "
        "pragma_foreign_key_list(child.name) reference where child.type = 'table' "
        "and not exists (select 1 from sqlite_schema parent where parent.type = 'table' "
        "and parent.name = reference.\"table\" collate nocase)",
        {}, [&](const Row& row) { ++orphans[{row.string(0), row.string(1)}].count; });
    return orphans;
}

Error orphans_error(const std::pair<std::string, std::string>& tables, const Orphans& orphans) {
    if (orphans.first_rowids.empty())
        return Error(
                   ErrorKind::constraint,
                   fmt::format("table '{}' refers to '{}', and the migration leaves that reference "
                               "without its target",
                               tables.first, tables.second))
            .with_hint(
                "rebuild a table under a new name, drop the old one and rename the new one: "
                "never rename the old one away");
    return Error(ErrorKind::constraint,
                 fmt::format(
                     "the migration leaves rows of '{}' without their row in '{}' (rowid {}{})",
                     tables.first, tables.second, join(orphans.first_rowids, ", "),
                     orphans.count > orphans.first_rowids.size() ? ", …" : ""))
        .with_hint(fmt::format("foreign keys are checked at the end of a migration that drops a "
                               "table, and nothing cascades in it: change '{}' in it too",
                               tables.first));
}

/// Settings of a connection that a migration may switch, and that must not stay so for the next.
constexpr std::array<std::string_view, 4> switches{
    "foreign_keys", "legacy_alter_table", "recursive_triggers", "ignore_check_constraints"};

bool drops_table(const Statement& statement) {
    const auto words = sql_words(statement.text);
    return has_sequence(words, {"drop", "table"}) && words.front() == "drop";
}

bool is_pragma(const Statement& statement) {
    const auto words = sql_words(statement.text);
    return !words.empty() && words.front() == "pragma";
}

bool any(std::span<const Statement> statements, bool (*holds)(const Statement&)) {
    return std::any_of(statements.begin(), statements.end(), holds);
}

class RebuildGuard final : public SchemaChangeGuard {
  public:
    RebuildGuard(Connection& connection, const SchemaChangeOptions& options)
        : connection_(connection) {
        const bool drops = any(options.statements, drops_table);
        if (drops || any(options.statements, is_pragma)) save_switches();
        checks_at_end_ = drops;
        // SQLite ignores this pragma inside a transaction, so it must come before BEGIN.
        if (drops) connection.execute("pragma foreign_keys = off");
        if (drops) watch_.emplace(connection, options.statements);
        if (!options.lock_timeout) return;
        lock_timeout_ = set_lock_timeout(options.lock_timeout->count());
    }

    ~RebuildGuard() override {
        try {
            for (const auto& [name, value] : saved_) set(name, value);
            if (lock_timeout_ >= 0) set_lock_timeout(lock_timeout_);
        } catch (const Error&) {
            // A connection that cannot take a pragma is broken, and reports that at its next use.
            saved_.clear();
        }
    }

    void after_begin() override {
        if (checks_at_end_) before_ = find_orphans(connection_);
        if (watch_) watch_->begin();
    }

    void before_commit() override {
        if (!checks_at_end_) return;
        if (watch_) watch_->end();
        for (const auto& [tables, orphans] : find_orphans(connection_)) {
            const auto known = before_.find(tables);
            if (known == before_.end() || orphans.count > known->second.count)
                throw orphans_error(tables, orphans);
        }
    }

  private:
    void save_switches() {
        for (const std::string_view name : switches)
            saved_.emplace_back(name, connection_.query_integer(fmt::format("pragma {}", name)));
    }

    void set(std::string_view name, std::int64_t value) {
        // A pragma takes no parameter; name and value are ours.
        connection_.execute(fmt::format("pragma {} = {}", name, value));
    }

    /// Gives the value before. Not by PRAGMA busy_timeout: that would put SQLite's busy handler in
    /// the place of ours, which a cancel can wake.
    std::int64_t set_lock_timeout(std::int64_t milliseconds) {
        const std::array<Value, 1> params{milliseconds};
        return connection_.query_integer("select keel_lock_timeout($1)", params);
    }

    Connection& connection_;
    std::int64_t lock_timeout_ = -1;
    bool checks_at_end_ = false;
    std::optional<RebuildWatch> watch_;
    std::vector<std::pair<std::string_view, std::int64_t>> saved_;
    OrphansByTables before_;
};

}  // namespace

std::unique_ptr<SchemaChangeGuard> guard_schema_change(Connection& connection,
                                                       const SchemaChangeOptions& options) {
    return std::make_unique<RebuildGuard>(connection, options);
}

}  // namespace keel::sqlite
