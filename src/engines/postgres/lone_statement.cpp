#include "engines/postgres/lone_statement.hpp"

#include <fmt/format.h>

#include <array>
#include <string>

#include "engines/postgres/index_statement.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/statement_cursor.hpp"

namespace keel::postgres {
namespace {

/// A statement whose repetition does no harm and ends in the same state.
class Repeatable final : public LoneStatement {
  public:
    Repeatable(std::string kind, std::string view, std::string columns)
        : kind_(std::move(kind)), view_(std::move(view)), columns_(std::move(columns)) {}

    std::string kind() const override { return kind_; }
    Finding settle(Connection&, std::string_view, bool) const override {
        return {.state = Settled::not_done};
    }
    std::string progress_query(Connection& connection) const override {
        if (view_.empty()) return {};
        return fmt::format("select phase, {} from pg_catalog.{} where pid = {}", columns_, view_,
                           connection.query_integer("select pg_catalog.pg_backend_pid()"));
    }

  private:
    std::string kind_;
    std::string view_;
    std::string columns_;
};

/// A statement after which something is there, or is not. `query` counts it.
class Existence final : public LoneStatement {
  public:
    Existence(std::string kind, std::string target, std::string query, bool makes)
        : kind_(std::move(kind)),
          target_(std::move(target)),
          query_(std::move(query)),
          makes_(makes) {}

    std::string kind() const override { return kind_; }
    std::string target() const override { return target_; }
    std::string before(Connection& connection) const override {
        return is_there(connection) ? "there" : "absent";
    }
    Finding settle(Connection& connection, std::string_view before,
                   bool is_repeated) const override {
        const bool is_now = is_there(connection);
        const bool was = before == "there";
        if (!is_repeated || is_now != makes_ || was == makes_) return {.state = Settled::not_done};
        return {.state = Settled::done,
                .evidence = fmt::format("{} is {}", target_, is_now ? "there" : "gone")};
    }

  private:
    bool is_there(Connection& connection) const { return connection.query_integer(query_) > 0; }

    std::string kind_;
    std::string target_;
    std::string query_;
    bool makes_;
};

class DetachPartition final : public ConcurrentStatement {
  public:
    DetachPartition(std::string parent, std::string child)
        : parent_(std::move(parent)), child_(std::move(child)) {}

    std::string kind() const override { return "detach partition concurrently"; }
    std::string target() const override { return child_; }
    Finding settle(Connection& connection, std::string_view /*before*/,
                   bool is_repeated) const override {
        if (!is_repeated) return {.state = Settled::not_done};
        const std::array<Value, 2> names{parent_, child_};
        const auto pending = connection.query_text(
            "select inhdetachpending from pg_catalog.pg_inherits where inhparent = "
            "pg_catalog.to_regclass($1) and inhrelid = pg_catalog.to_regclass($2)",
            names);
        if (!pending)
            return {.state = Settled::done,
                    .evidence = fmt::format("{} is no partition of {}", child_, parent_)};
        if (*pending != "t") return {.state = Settled::not_done};
        return {.state = Settled::done,
                .evidence = fmt::format("the detachment of {} is pending", child_),
                .remedy = {
                    fmt::format("alter table {} detach partition {} finalize", parent_, child_)}};
    }

  private:
    std::string parent_;
    std::string child_;
};

std::unique_ptr<LoneStatement> repeatable(std::string kind) {
    return std::make_unique<Repeatable>(std::move(kind), "", "");
}

std::unique_ptr<LoneStatement> in_catalog(std::string kind, const std::string& name,
                                          std::string_view catalog, std::string_view column,
                                          bool makes) {
    const auto query = fmt::format("select count(*) from pg_catalog.{} where {} = {}", catalog,
                                   column, quote_value(folded_name(name)));
    return std::make_unique<Existence>(std::move(kind), name, query, makes);
}

std::unique_ptr<LoneStatement> about_whole_object(StatementCursor& cursor, bool makes) {
    const std::string verb = makes ? "create" : "drop";
    for (const auto& [object, catalog, column] :
         {std::array<std::string_view, 3>{"database", "pg_database", "datname"},
          std::array<std::string_view, 3>{"tablespace", "pg_tablespace", "spcname"},
          std::array<std::string_view, 3>{"subscription", "pg_subscription", "subname"}}) {
        if (!cursor.take({object})) continue;
        cursor.take({"if", "exists"});
        const auto name = cursor.take_name();
        if (name.empty()) return nullptr;
        return in_catalog(fmt::format("{} {}", verb, object), name, catalog, column, makes);
    }
    return nullptr;
}

std::unique_ptr<LoneStatement> create(StatementCursor& cursor) {
    cursor.take({"unique"});
    if (!cursor.take({"index", "concurrently"})) return about_whole_object(cursor, true);
    cursor.take({"if", "not", "exists"});
    std::string name;
    if (!cursor.take({"on"})) {
        name = folded_name(cursor.take_name());
        if (!cursor.take({"on"})) return nullptr;
    }
    cursor.take({"only"});
    auto table = cursor.take_name();
    if (table.empty()) return nullptr;
    return create_index_statement(std::move(table), std::move(name));
}

std::unique_ptr<LoneStatement> drop(StatementCursor& cursor) {
    if (!cursor.take({"index", "concurrently"})) return about_whole_object(cursor, false);
    cursor.take({"if", "exists"});
    auto name = cursor.take_name();
    return name.empty() ? nullptr : drop_index_statement(std::move(name));
}

std::unique_ptr<LoneStatement> alter(StatementCursor& cursor) {
    if (cursor.take({"system"})) return repeatable("alter system");
    if (cursor.take({"database"})) return repeatable("alter database");
    if (cursor.take({"subscription"})) return repeatable("alter subscription");
    if (!cursor.take({"table"})) return nullptr;
    cursor.take({"if", "exists"});
    cursor.take({"only"});
    auto parent = cursor.take_name();
    if (!cursor.take({"detach", "partition"})) return nullptr;
    auto child = cursor.take_name();
    if (!cursor.take({"concurrently"})) return nullptr;
    return std::make_unique<DetachPartition>(std::move(parent), std::move(child));
}

std::unique_ptr<LoneStatement> reindex(StatementCursor& cursor) {
    bool is_concurrent = cursor.take_options_with("concurrently");
    std::string target;
    for (const auto object : {"index", "table", "schema", "database", "system"}) {
        if (!cursor.take({object})) continue;
        is_concurrent = cursor.take({"concurrently"}) || is_concurrent;
        target = cursor.take_name();
    }
    if (is_concurrent) return reindex_statement(target);
    return std::make_unique<Repeatable>("reindex", "pg_stat_progress_create_index",
                                        "blocks_done, blocks_total");
}

}  // namespace

std::unique_ptr<LoneStatement> lone_statement(std::string_view statement) {
    StatementCursor cursor(statement);
    if (cursor.take({"create"})) return create(cursor);
    if (cursor.take({"drop"})) return drop(cursor);
    if (cursor.take({"alter"})) return alter(cursor);
    if (cursor.take({"reindex"})) return reindex(cursor);
    if (cursor.take({"vacuum"}))
        return std::make_unique<Repeatable>("vacuum", "pg_stat_progress_vacuum",
                                            "heap_blks_scanned, heap_blks_total");
    if (cursor.take({"cluster"}))
        return std::make_unique<Repeatable>("cluster", "pg_stat_progress_cluster",
                                            "heap_blks_scanned, heap_blks_total");
    if (cursor.take({"discard"})) return repeatable("discard");
    return nullptr;
}

}  // namespace keel::postgres
