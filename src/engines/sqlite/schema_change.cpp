#include "engines/sqlite/schema_change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/sql_words.hpp"

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

bool drops_table(const Statement& statement) {
    const auto words = sql_words(statement.text);
    return has_sequence(words, {"drop", "table"}) && words.front() == "drop";
}

class RebuildGuard final : public SchemaChangeGuard {
  public:
    RebuildGuard(Connection& connection, const SchemaChangeOptions& options)
        : connection_(connection) {
        const bool drops =
            std::any_of(options.statements.begin(), options.statements.end(), drops_table);
        if (drops && connection.query_integer("pragma foreign_keys") == 1) {
            // SQLite ignores this pragma inside a transaction, so it must come before BEGIN.
            connection.execute("pragma foreign_keys = off");
            enforces_again_ = true;
        }
        if (!options.lock_timeout) return;
        lock_timeout_ = set_lock_timeout(options.lock_timeout->count());
    }

    ~RebuildGuard() override {
        try {
            if (enforces_again_) connection_.execute("pragma foreign_keys = on");
            if (lock_timeout_ >= 0) set_lock_timeout(lock_timeout_);
        } catch (const Error&) {
            // A connection that cannot take a pragma is broken, and reports that at its next use.
            enforces_again_ = false;
        }
    }

    void after_begin() override {
        if (enforces_again_) before_ = find_orphans(connection_);
    }

    void before_commit() override {
        if (!enforces_again_) return;
        for (const auto& [tables, orphans] : find_orphans(connection_)) {
            const auto known = before_.find(tables);
            if (known == before_.end() || orphans.count > known->second.count)
                throw orphans_error(tables, orphans);
        }
    }

  private:
    /// Gives the value before. Not by PRAGMA busy_timeout: that would put SQLite's busy handler in
    /// the place of ours, which a cancel can wake.
    std::int64_t set_lock_timeout(std::int64_t milliseconds) {
        const std::vector<Value> params = {milliseconds};
        return connection_.query_integer("select keel_lock_timeout($1)", params);
    }

    Connection& connection_;
    bool enforces_again_ = false;
    std::int64_t lock_timeout_ = -1;
    OrphansByTables before_;
};

}  // namespace

std::unique_ptr<SchemaChangeGuard> guard_schema_change(Connection& connection,
                                                       const SchemaChangeOptions& options) {
    return std::make_unique<RebuildGuard>(connection, options);
}

}  // namespace keel::sqlite
