#include "engines/sqlite/salvage.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"
#include "db/transaction.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/connection.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/table_rebuild.hpp"

namespace keel::sqlite {
namespace {

struct Object {
    std::string type;
    std::string name;
    std::string sql;
};

/// What reading meets in a damaged file; anything else is no reason to go on.
bool is_damage(const Error& error) {
    return error.kind() == ErrorKind::integrity || error.kind() == ErrorKind::invalid_input ||
           error.kind() == ErrorKind::io;
}

std::vector<Object> read_schema(Connection& damaged) {
    std::vector<Object> objects;
    try {
        damaged.query("select type, name, sql from sqlite_schema where sql is not null", {},
                      [&](const Row& row) {
                          objects.push_back({row.string(0), row.string(1), row.string(2)});
                      });
    } catch (const Error& error) {
        if (!is_damage(error)) throw;
        throw Error(ErrorKind::invalid_input, "not even the schema can be read: " + error.message())
            .with_hint("restore a backup: keel backup list");
    }
    return objects;
}

/// The rows of one table, from the smallest rowid on; where a page cannot be read, from the next
/// row that can be.
class TableSalvage {
  public:
    TableSalvage(Connection& damaged, Connection& target, std::string name, const Context& context)
        : damaged_(damaged), target_(target), name_(std::move(name)), context_(context) {}

    /// What was lost; empty when nothing was.
    std::string run() {
        columns_ = columns_with_values(damaged_, name_);
        std::vector<std::string> quoted;
        for (const auto& column : columns_) quoted.push_back(quote_name(column));
        list_ = join(quoted, ", ");
        if (has_rowid())
            copy_by_rowid();
        else
            copy_once();
        return describe();
    }

  private:
    bool has_rowid() {
        const std::array<Value, 1> params{name_};
        return damaged_.query_integer(
                   "select count(*) from pragma_table_list where schema = 'main' and name = $1 and "
                   "wr = 0",
                   params) > 0;
    }

    void copy_by_rowid() {
        std::optional<std::int64_t> from = INT64_MIN;
        while (from) {
            std::int64_t last = *from;
            if (copy_from(*from, last)) return;
            from = next_readable(last);
            gaps_.push_back(
                from ? fmt::format("between rowid {} and {}",
                                   rows_ == 0 ? std::string("the first") : std::to_string(last),
                                   *from)
                     : fmt::format("after rowid {}", last));
        }
    }

    /// True when it came to the end; `last` is the last rowid that was read.
    bool copy_from(std::int64_t first, std::int64_t& last) {
        const std::array<Value, 1> params{first};
        try {
            damaged_.query(
                fmt::format("select rowid, {} from main.{} not indexed where rowid >= $1 "
                            "order by rowid",
                            list_, quote_name(name_)),
                params, [&](const Row& row) {
                    last = row.integer(0);
                    put(row, 1);
                });
            return true;
        } catch (const Error& error) {
            if (!is_damage(error)) throw;
            problem_ = error.message();
            return false;
        }
    }

    /// The smallest rowid behind `last` that can be read: farther and farther, then back by halves.
    std::optional<std::int64_t> next_readable(std::int64_t last) {
        std::int64_t step = 1;
        std::int64_t unreadable = last;
        for (; step > 0 && last <= INT64_MAX - step; step *= 2) {
            const auto probe = first_at(last + step);
            if (probe.is_readable && !probe.rowid) return std::nullopt;
            if (probe.is_readable) return nearest_between(unreadable, last + step, *probe.rowid);
            unreadable = last + step;
        }
        return std::nullopt;
    }

    std::int64_t nearest_between(std::int64_t unreadable, std::int64_t readable,
                                 std::int64_t rowid) {
        while (readable - unreadable > 1) {
            const auto middle = unreadable + (readable - unreadable) / 2;
            const auto probe = first_at(middle);
            if (probe.is_readable && probe.rowid) {
                readable = middle;
                rowid = *probe.rowid;
            } else {
                unreadable = middle;
            }
        }
        return rowid;
    }

    struct Probe {
        bool is_readable = false;
        std::optional<std::int64_t> rowid{};
    };
    Probe first_at(std::int64_t rowid) {
        context_.check_cancelled("salvaging");
        const std::array<Value, 1> params{rowid};
        Probe probe;
        try {
            damaged_.query(
                fmt::format("select rowid, {} from main.{} not indexed where rowid >= $1 "
                            "order by rowid limit 1",
                            list_, quote_name(name_)),
                params, [&](const Row& row) { probe.rowid = row.integer(0); });
            probe.is_readable = true;
        } catch (const Error& error) {
            if (!is_damage(error)) throw;
        }
        return probe;
    }

    /// Without rowids: as far as reading comes.
    void copy_once() {
        try {
            damaged_.query(fmt::format("select {} from main.{}", list_, quote_name(name_)), {},
                           [&](const Row& row) { put(row, 0); });
        } catch (const Error& error) {
            if (!is_damage(error)) throw;
            problem_ = error.message();
            gaps_.emplace_back("from there to its end");
        }
    }

    void put(const Row& row, std::size_t first) {
        std::vector<Value> values;
        std::string places;
        for (std::size_t i = first; i < row.size(); ++i) {
            values.push_back(row.value(i));
            places += fmt::format("{}${}", i == first ? "" : ", ", values.size());
        }
        const auto added = target_.execute(fmt::format("insert or ignore into {} ({}) values ({})",
                                                       quote_name(name_), list_, places),
                                           values);
        if (added == 0) ++refused_;
        if (++rows_ % 4096 != 0) return;
        context_.check_cancelled("salvaging");
        context_.progress.on({.phase = "salvage",
                              .item = name_,
                              .done = rows_,
                              .total = 0,
                              .unit = ProgressUnit::rows});
    }

    std::string describe() const {
        std::string text;
        if (!gaps_.empty())
            text = fmt::format("table {}: {} rows were read, and none {} ({})", name_, rows_,
                               join(gaps_, ", "), problem_);
        if (refused_ > 0)
            text += fmt::format("{}{}: {} rows break the table's own rules",
                                text.empty() ? "table " : "; ", name_, refused_);
        return text;
    }

    Connection& damaged_;
    Connection& target_;
    std::string name_;
    const Context& context_;
    std::vector<std::string> columns_;
    std::string list_;
    std::vector<std::string> gaps_;
    std::string problem_;
    std::uint64_t rows_ = 0;
    std::uint64_t refused_ = 0;
};

bool is_plain_table(const Object& object) {
    return object.type == "table" && !starts_with_ignore_case(object.name, "sqlite_") &&
           !starts_with_ignore_case(object.sql, "create virtual");
}

}  // namespace

std::vector<std::string> salvage_database(const DatabaseUrl& url, Connection& target,
                                          const Context& context) {
    SqliteConnection damaged(open_options(url, true));
    const CancelOnStop cancel(context.stop, damaged);
    target.execute("pragma foreign_keys = off");
    const auto objects = read_schema(damaged);
    std::vector<std::string> lost;
    const auto attempt = [&](const Object& object, const auto& work) {
        try {
            Transaction transaction(target);
            work();
            transaction.commit();
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::cancelled) throw;
            lost.push_back(fmt::format("{} {}: {}", object.type, object.name, error.message()));
        }
    };
    for (const auto& object : objects) {
        if (!is_plain_table(object)) continue;
        attempt(object, [&] {
            target.execute(object.sql);
            auto missing = TableSalvage(damaged, target, object.name, context).run();
            if (!missing.empty()) lost.push_back(std::move(missing));
        });
    }
    for (const auto& object : objects) {
        if (object.type == "table" && !is_plain_table(object) &&
            !starts_with_ignore_case(object.name, "sqlite_"))
            lost.push_back(fmt::format("virtual table {}: make it anew", object.name));
        if (object.type != "table") attempt(object, [&] { target.execute(object.sql); });
    }
    return lost;
}

}  // namespace keel::sqlite
