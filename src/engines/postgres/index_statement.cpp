#include "engines/postgres/index_statement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel::postgres {
namespace {

struct FoundIndex {
    std::string oid;
    std::string name;       ///< schema and name, quoted
    bool is_named = false;  ///< as the statement names it
    bool is_valid = false;
    std::string builder;  ///< process that is at it now, or empty
};

constexpr std::string_view index_columns =
    "i.indexrelid::text, pg_catalog.format('%I.%I', n.nspname, c.relname), "
    "i.indisvalid and i.indisready and i.indislive, coalesce(p.pid::text, ''), c.relname "
    "from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid "
    "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
    "left join pg_catalog.pg_stat_progress_create_index p on p.index_relid = i.indexrelid ";

FoundIndex found_index(const Row& row, std::string_view name) {
    return {.oid = row.string(0),
            .name = row.string(1),
            .is_named = !name.empty() && row.text(4) == name,
            .is_valid = row.boolean(2),
            .builder = row.string(3)};
}

std::string drop_of(const FoundIndex& index) {
    return fmt::format("drop index concurrently if exists {}", index.name);
}

bool knows(std::string_view before, const std::string& oid) {
    const auto known = split(before, ',');
    return std::ranges::find(known, oid) != known.end();
}

class CreateIndex final : public ConcurrentStatement {
  public:
    CreateIndex(std::string table, std::string name)
        : table_(std::move(table)), name_(std::move(name)) {}

    std::string kind() const override { return "create index concurrently"; }
    std::string target() const override { return name_.empty() ? "on " + table_ : name_; }

    std::string before(Connection& connection) const override {
        std::vector<std::string> oids;
        for (const FoundIndex& index : indexes(connection)) oids.push_back(index.oid);
        return join(oids, ",");
    }

    Finding settle(Connection& connection, std::string_view before,
                   bool is_repeated) const override {
        Finding finding{.state = Settled::not_done};
        for (const FoundIndex& index : indexes(connection)) {
            const bool is_ours = is_repeated && !knows(before, index.oid);
            if (!is_ours && !(index.is_named && !index.is_valid)) continue;
            if (!index.builder.empty())
                return {.state = Settled::unknown,
                        .evidence = fmt::format("index {} is being built by process {}", index.name,
                                                index.builder)};
            if (index.is_valid)
                return {.state = Settled::done,
                        .evidence = fmt::format("index {} is there, and valid", index.name)};
            finding.evidence = fmt::format("index {} is invalid", index.name);
            finding.remedy.push_back(drop_of(index));
        }
        return finding;
    }

    void check(Connection& connection, std::string_view before) const override {
        for (const FoundIndex& index : indexes(connection)) {
            const bool is_meant = index.is_named || !knows(before, index.oid);
            if (!is_meant || index.is_valid) continue;
            throw Error(ErrorKind::constraint,
                        fmt::format("the index {} is invalid: no query uses it", index.name))
                .with_hint(
                    "run the command again: keel drops the invalid index and builds it anew");
        }
    }

    std::string progress_query(Connection& connection) const override {
        return fmt::format(
            "select phase, case when tuples_total > 0 then tuples_done else blocks_done end, "
            "case when tuples_total > 0 then tuples_total else blocks_total end "
            "from pg_catalog.pg_stat_progress_create_index where pid = {}",
            connection.query_integer("select pg_catalog.pg_backend_pid()"));
    }

  private:
    std::vector<FoundIndex> indexes(Connection& connection) const {
        std::vector<FoundIndex> found;
        const std::array<Value, 1> table{table_};
        connection.query(fmt::format("select {} where i.indrelid = pg_catalog.to_regclass($1) "
                                     "order by i.indexrelid",
                                     index_columns),
                         table, [&](const Row& row) { found.push_back(found_index(row, name_)); });
        return found;
    }

    std::string table_;  ///< as written
    std::string name_;   ///< folded
};

class DropIndex final : public ConcurrentStatement {
  public:
    explicit DropIndex(std::string name) : name_(std::move(name)) {}

    std::string kind() const override { return "drop index concurrently"; }
    std::string target() const override { return name_; }

    Finding settle(Connection& connection, std::string_view /*before*/,
                   bool is_repeated) const override {
        const std::array<Value, 1> name{name_};
        const bool is_there =
            connection.query_integer("select count(pg_catalog.to_regclass($1))", name) > 0;
        if (is_there || !is_repeated) return {.state = Settled::not_done};
        return {.state = Settled::done, .evidence = fmt::format("index {} is gone", name_)};
    }

  private:
    std::string name_;
};

/// The copies that an interrupted REINDEX CONCURRENTLY leaves are invalid, and named so.
class Reindex final : public ConcurrentStatement {
  public:
    explicit Reindex(std::string target) : target_(std::move(target)) {}

    std::string kind() const override { return "reindex concurrently"; }
    std::string target() const override { return target_; }

    std::string before(Connection& connection) const override {
        std::vector<std::string> oids;
        for (const FoundIndex& index : leftovers(connection)) oids.push_back(index.oid);
        return join(oids, ",");
    }

    Finding settle(Connection& connection, std::string_view before,
                   bool is_repeated) const override {
        Finding finding{.state = Settled::not_done};
        if (!is_repeated) return finding;
        for (const FoundIndex& index : leftovers(connection)) {
            if (knows(before, index.oid)) continue;
            finding.evidence = fmt::format("index {} was left behind", index.name);
            finding.remedy.push_back(drop_of(index));
        }
        return finding;
    }

    std::string progress_query(Connection& connection) const override {
        return CreateIndex({}, {}).progress_query(connection);
    }

  private:
    static std::vector<FoundIndex> leftovers(Connection& connection) {
        std::vector<FoundIndex> found;
        connection.query(
            fmt::format("select {} where not i.indisvalid and c.relname ~ '_cc(new|old)[0-9]*$' "
                        "and p.pid is null order by i.indexrelid",
                        index_columns),
            {}, [&](const Row& row) { found.push_back(found_index(row, {})); });
        return found;
    }

    std::string target_;
};

/// Sets both timeouts to none while it lives.
class WithoutTimeouts {
  public:
    explicit WithoutTimeouts(Connection& connection) : connection_(connection) {
        for (const std::string_view name : names) {
            saved_.push_back(connection.query_text(fmt::format("show {}", name)).value_or("0"));
            connection.execute(fmt::format("set {} = 0", name));
        }
    }
    ~WithoutTimeouts() {
        try {
            for (std::size_t i = 0; i < names.size() && connection_.is_usable(); ++i)
                connection_.execute(fmt::format("set {} = '{}'", names.at(i), saved_.at(i)));
        } catch (const Error&) {
            return;  // the wire is gone, and its settings with it
        }
    }
    WithoutTimeouts(const WithoutTimeouts&) = delete;
    WithoutTimeouts& operator=(const WithoutTimeouts&) = delete;

  private:
    static constexpr std::array<std::string_view, 2> names{"lock_timeout", "statement_timeout"};
    Connection& connection_;
    std::vector<std::string> saved_;
};

}  // namespace

void ConcurrentStatement::run(Connection& connection, const Statement& statement) const {
    const WithoutTimeouts scope(connection);
    LoneStatement::run(connection, statement);
}

std::unique_ptr<LoneStatement> create_index_statement(std::string table, std::string name) {
    return std::make_unique<CreateIndex>(std::move(table), std::move(name));
}

std::unique_ptr<LoneStatement> drop_index_statement(std::string name) {
    return std::make_unique<DropIndex>(std::move(name));
}

std::unique_ptr<LoneStatement> reindex_statement(std::string target) {
    return std::make_unique<Reindex>(std::move(target));
}

}  // namespace keel::postgres
