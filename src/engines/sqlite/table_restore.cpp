#include "engines/sqlite/table_restore.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.hpp"
#include "db/transaction.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/saved_tables.hpp"
#include "engines/sqlite/schema_text.hpp"
#include "engines/sqlite/table_rebuild.hpp"

namespace keel::sqlite {
namespace {

std::optional<std::string> type_of(Connection& connection, const std::string& name) {
    const std::array<Value, 1> params{name};
    return connection.query_text("select type from sqlite_schema where name = $1 collate nocase",
                                 params);
}

/// Nothing reacts to what is written: no triggers, no foreign keys. Begun outside a transaction.
class Quiet {
  public:
    explicit Quiet(Connection& connection)
        : connection_(connection), keys_(connection.query_integer("pragma foreign_keys") != 0) {
        connection_.execute("pragma foreign_keys = off");
        set_triggers(0, &triggers_);
    }
    ~Quiet() {
        try {
            set_triggers(triggers_, nullptr);
            if (keys_) connection_.execute("pragma foreign_keys = on");
        } catch (const std::exception&) {
            // The connection is of no use any more, and whoever has it will find so.
            return;
        }
    }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

  private:
    void set_triggers(int on, int* before) {
        auto* raw = static_cast<sqlite3*>(connection_.raw());
        if (before != nullptr) sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_TRIGGER, -1, before);
        sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_TRIGGER, on, nullptr);
    }
    Connection& connection_;
    bool keys_;
    int triggers_ = 1;
};

/// What may break in the rest of the database when tables are replaced.
class Surroundings {
  public:
    explicit Surroundings(Connection& connection)
        : views_(broken_views(connection)), references_(dangling(connection)) {}

    /// What is broken now, and was not before.
    std::vector<std::string> damage(Connection& connection) const {
        std::vector<std::string> found;
        for (const auto& view : broken_views(connection))
            if (!views_.contains(view))
                found.push_back(fmt::format("view {} no longer works", view));
        for (const auto& [link, rows] : dangling(connection)) {
            const auto before = references_.find(link);
            const std::int64_t known = before == references_.end() ? 0 : before->second;
            if (rows > known)
                found.push_back(fmt::format("{} rows of {} refer to rows that are not in {}",
                                            rows - known, link.first, link.second));
        }
        return found;
    }

  private:
    using Link = std::pair<std::string, std::string>;

    static std::set<std::string> broken_views(Connection& connection) {
        std::set<std::string> broken;
        const auto views =
            connection.query_rows("select name from sqlite_schema where type = 'view'");
        for (const auto& view : views) {
            try {
                connection.query_rows(
                    fmt::format("select * from main.{} limit 0", quote_name(view.front())));
            } catch (const Error& error) {
                if (error.kind() == ErrorKind::cancelled) throw;
                broken.insert(view.front());
            }
        }
        return broken;
    }

    /// Nothing when the schema's own references cannot be followed.
    static std::map<Link, std::int64_t> dangling(Connection& connection) {
        std::map<Link, std::int64_t> found;
        const auto tables = connection.query_rows(
            "select distinct m.name from sqlite_schema m, pragma_foreign_key_list(m.name) where "
            "m.type = 'table'");
        for (const auto& table : tables) {
            const std::array<Value, 1> params{table.front()};
            try {
                connection.query(
                    "select \"table\", parent, count(*) from pragma_foreign_key_check($1) group by "
                    "1, 2",
                    params, [&](const Row& row) {
                        found[{row.string(0), row.string(1)}] = row.integer(2);
                    });
            } catch (const Error& error) {
                if (error.kind() != ErrorKind::sql) throw;
                found[{table.front(), "what they name, which has no such key"}] = 1;
            }
        }
        return found;
    }

    std::set<std::string> views_;
    std::map<Link, std::int64_t> references_;
};

Error refusal(const std::vector<std::string>& obstacles) {
    return Error(ErrorKind::refused,
                 "the tables cannot be restored by themselves: " + join(obstacles, "; "))
        .with_hint(
            "nothing was changed; restore these tables together with the ones that are "
            "named, or the whole database, or into another environment with --to");
}

class Restorer final : public TableRestorer {
  public:
    Restorer(const TableRestore& restore, const Context& context)
        : restore_(restore), context_(context) {
        if (is_of_tables(restore_.content)) source();
    }

    std::vector<TableName> known() const override {
        std::vector<TableName> names;
        for (const auto& table : restore_.content.tables) names.push_back({{}, table.name});
        return names;
    }

    RestoreOutlook look(Connection& connection, const TableSelection& selection) override {
        RestoreOutlook outlook;
        for (const auto& table : selection.tables)
            outlook.tables.push_back(look_at(connection, table, selection, outlook.obstacles));
        return outlook;
    }

    std::vector<TableContent> run(Connection& connection,
                                  const TableSelection& selection) override {
        std::vector<SavedTable> tables;
        for (const auto& table : selection.tables)
            tables.push_back(source().table(content_of(table)));
        const CancelOnStop cancel(context_.stop, connection);
        const Quiet quiet(connection);
        Transaction transaction(connection);
        const Surroundings before(connection);
        const auto obstacles = look(connection, selection).obstacles;
        if (!obstacles.empty()) throw refusal(obstacles);
        std::vector<TableContent> contents;
        for (auto& table : tables) {
            if (selection.new_name) rename(table, selection.new_name->name);
            contents.push_back(put_back(connection, table, selection));
        }
        const auto damage = before.damage(connection);
        if (!damage.empty() && !selection.without_references) throw refusal(damage);
        transaction.commit();
        return contents;
    }

  private:
    TableSource& source() {
        if (!source_) source_ = open_table_source(restore_, context_);
        return *source_;
    }

    const TableContent& content_of(const TableName& name) const {
        for (const auto& table : restore_.content.tables)
            if (table.name == name.name) return table;
        throw Error(ErrorKind::not_found, fmt::format("the backup has no table '{}'", name.name));
    }

    TableOutlook look_at(Connection& connection, const TableName& name,
                         const TableSelection& selection, std::vector<std::string>& obstacles) {
        const TableContent& content = content_of(name);
        TableOutlook outlook{.table = selection.new_name.value_or(name), .rows = content.rows};
        const std::string& place = outlook.table.name;
        const auto type = type_of(connection, place);
        if (!type) return outlook;
        if (selection.new_name) {
            obstacles.push_back(fmt::format("there is already a {} '{}'", *type, place));
            return outlook;
        }
        const auto present = read_saved_table(connection, place);
        if (!present) {
            obstacles.push_back(fmt::format("'{}' is no plain table now", place));
            return outlook;
        }
        outlook.now = static_cast<std::uint64_t>(connection.query_integer(
            fmt::format("select count(*) from main.{}", quote_name(place))));
        if (source_) outlook.changes = changes_of(*present, source_->table(content));
        return outlook;
    }

    static std::vector<std::string> changes_of(const SavedTable& now, const SavedTable& then) {
        std::vector<std::string> changes;
        if (normalize_sql(now.sql) != normalize_sql(then.sql))
            changes.emplace_back("it is defined as it was then");
        const auto here = now.part_names();
        const auto there = then.part_names();
        std::vector<std::string> names;
        std::ranges::set_difference(here, there, std::back_inserter(names));
        for (const auto& name : names) changes.push_back(name + " goes");
        names.clear();
        std::ranges::set_difference(there, here, std::back_inserter(names));
        for (const auto& name : names) changes.push_back(name + " comes back");
        return changes;
    }

    static void rename(SavedTable& table, const std::string& name) {
        table.sql = renamed_table(table.sql, name);
        table.content.name = name;
        table.parts.clear();
    }

    TableContent put_back(Connection& connection, const SavedTable& table,
                          const TableSelection& selection) {
        const auto name = quote_name(table.content.name);
        if (!selection.new_name) connection.execute("drop table if exists main." + name);
        connection.execute(table.sql);
        SavedTable origin = table;
        if (selection.new_name) origin.content.name = selection.tables.front().name;
        const auto digest = load(connection, table, origin);
        for (const auto& part : table.parts) connection.execute(part.sql);
        if (table.mark) set_mark(connection, table);
        const auto rows = open_rows(connection, table.content);
        const auto found = move_rows(*rows, nullptr, table.content.name, context_);
        if (found != digest)
            throw Error(ErrorKind::integrity,
                        fmt::format("table '{}' came back with other rows than it was saved with",
                                    table.content.name))
                .with_hint("nothing was changed; verify the backup: keel backup verify");
        TableContent content = table.content;
        content.rows = digest.rows();
        content.digest = digest.hex();
        return content;
    }

    RowDigest load(Connection& connection, const SavedTable& table, const SavedTable& origin) {
        CopySpec spec;
        spec.table = table.content.name;
        spec.columns = table.content.columns;
        spec.format = CopyFormat::binary;
        const auto rows = source().rows(origin);
        const auto sink = connection.copy_in(spec);
        const auto digest = move_rows(*rows, sink.get(), table.content.name, context_);
        sink->finish();
        const auto& content = origin.content;
        const bool is_whole = digest.rows() == content.rows &&
                              (content.digest.empty() || content.digest == digest.hex());
        if (is_whole) return digest;
        throw Error(
            ErrorKind::integrity,
            fmt::format("table '{}' is not in the backup as its manifest says", content.name))
            .with_hint("nothing was changed; verify the backup: keel backup verify");
    }

    static void set_mark(Connection& connection, const SavedTable& table) {
        const std::array<Value, 2> params{table.content.name, *table.mark};
        const std::array<Value, 1> name{table.content.name};
        connection.execute("delete from sqlite_sequence where name = $1", name);
        connection.execute("insert into sqlite_sequence (name, seq) values ($1, $2)", params);
    }

    TableRestore restore_;
    const Context& context_;
    std::unique_ptr<TableSource> source_;
};

}  // namespace

std::unique_ptr<TableRestorer> make_table_restorer(const TableRestore& restore,
                                                   const Context& context) {
    return std::make_unique<Restorer>(restore, context);
}

}  // namespace keel::sqlite
