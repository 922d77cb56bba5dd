#include "engines/sqlite/changed_copy.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <set>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "db/transaction.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/connection.hpp"
#include "engines/sqlite/content.hpp"
#include "engines/sqlite/copy.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/page_copy.hpp"

namespace keel::sqlite {
namespace {

constexpr std::uint64_t rows_at_once = 4096;

/// Settings that are written into a file before its first table.
constexpr const char* file_settings[] = {"page_size", "auto_vacuum", "user_version",
                                         "application_id"};

struct SchemaLine {
    std::string type;
    std::string name;
    std::string sql;
};

class ChangedCopy {
  public:
    ChangedCopy(const CopyOptions& options, const PrivateFiles& files, const Context& context)
        : options_(options),
          context_(context),
          files_(files),
          source_(session_options(options.source)),
          cancel_(context.stop, source_) {}

    std::vector<TableContent> run() {
        Transaction state(source_, {.read_only = true, .isolation = {}, .snapshot = {}});
        source_.query_text("select 1 from sqlite_schema limit 1");
        if (options_.on_snapshot) options_.on_snapshot(source_);
        open_scratch(files_.staged()).reset();
        {
            SqliteConnection target(
                open_options(options_.to.target.with_path(files_.staged()), false));
            const CancelOnStop cancel(context_.stop, target);
            fill(target);
        }
        state.rollback();
        sync_file(files_.staged());
        return std::move(content_);
    }

  private:
    void fill(Connection& target) {
        set_up(target);
        read_schema();
        Transaction work(target);
        make(target, "table");
        for (const auto& table : user_tables(source_))
            content_.push_back(copy_table(target, table, columns_of(table)));
        for (const auto& line : schema_)
            if (holds_texts(line)) copy_texts(target, line.name);
        copy_counters(target);
        make(target, "index");
        make(target, "trigger");
        make(target, "view");
        rebuild_virtual_tables(target);
        work.commit();
        check_references(target);
        if (source_.query_text("select 1 from sqlite_schema where name = 'sqlite_stat1'"))
            target.execute("analyze");
    }

    void set_up(Connection& target) {
        target.execute("pragma foreign_keys = off");
        target.execute(fmt::format("pragma encoding = '{}'",
                                   source_.query_text("pragma encoding").value_or("UTF-8")));
        for (const auto* name : file_settings)
            target.execute(fmt::format("pragma {} = {}", name,
                                       source_.query_integer(fmt::format("pragma {}", name))));
        // A file that nobody knows of yet, and that a failure takes away.
        target.query_text("pragma journal_mode = off");
        target.execute("pragma synchronous = off");
        sqlite3_db_config(static_cast<sqlite3*>(target.raw()), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0,
                          nullptr);
    }

    void read_schema() {
        std::set<std::string> shadows;
        source_.query(
            "select name from pragma_table_list where schema = 'main' and type = 'shadow'", {},
            [&](const Row& row) { shadows.insert(row.string(0)); });
        source_.query(
            "select type, name, sql from sqlite_schema where sql is not null "
            "and name not like 'sqlite\\_%' escape '\\' order by rowid",
            {}, [&](const Row& row) {
                if (shadows.contains(row.string(1))) return;
                schema_.push_back({row.string(0), row.string(1), row.string(2)});
            });
    }

    void make(Connection& target, std::string_view type) {
        for (const auto& line : schema_)
            if (line.type == type) target.execute(line.sql);
    }

    static bool holds_texts(const SchemaLine& line) {
        const auto sql = to_lower(line.sql);
        return is_virtual(line) && sql.find("using fts") != std::string::npos &&
               sql.find("content=") == std::string::npos &&
               sql.find("content =") == std::string::npos;
    }

    static bool is_virtual(const SchemaLine& line) {
        return line.type == "table" && starts_with_ignore_case(line.sql, "create virtual");
    }

    std::string select_of(const std::string& table, const std::vector<std::string>& columns) const {
        std::vector<std::string> parts;
        for (const auto& column : columns) {
            auto expression = options_.transforms->expression("", table, column);
            parts.push_back(expression.empty() ? quote_name(column) : std::move(expression));
        }
        return fmt::format("select {} from {}", join(parts, ", "), quote_name(table));
    }

    std::vector<std::string> columns_of(const std::string& table) {
        std::vector<std::string> columns;
        const std::vector<Value> params = {table};
        source_.query(
            "select name from pragma_table_xinfo($1, 'main') where hidden = 0 order by cid", params,
            [&](const Row& row) { columns.push_back(row.string(0)); });
        return columns;
    }

    /// A full-text table holds its texts itself, under row ids that others may refer to.
    void copy_texts(Connection& target, const std::string& table) {
        auto columns = columns_of(table);
        columns.insert(columns.begin(), "rowid");
        copy_table(target, table, std::move(columns));
    }

    TableContent copy_table(Connection& target, const std::string& table,
                            std::vector<std::string> columns) {
        TableContent content;
        content.name = table;
        if (options_.leaves_out && options_.leaves_out("main", table)) return content;
        try {
            CopySpec spec;
            spec.table = table;
            spec.columns = std::move(columns);
            spec.format = CopyFormat::binary;
            const auto transform = options_.transforms->for_table("", table, spec.columns);
            const auto sent = pump(target, spec, transform.get());
            if (read_back(target, spec) == sent) {
                content.rows = sent.rows();
                content.digest = sent.hex();
                return content;
            }
        } catch (Error& error) {
            error.add_trail(fmt::format("copy the rows of {}", table));
            throw;
        }
        throw Error(ErrorKind::integrity,
                    fmt::format("table {} arrived with other values than were sent", table))
            .with_hint("the target was left as it was");
    }

    RowDigest pump(Connection& target, const CopySpec& spec, RowTransform* transform) {
        auto out = spec;
        out.query = select_of(spec.table, spec.columns);
        const auto source = source_.copy_out(out);
        const auto sink = target.copy_in(spec);
        RowEditor editor;
        RowDigest digest;
        for (auto row = source->next(); !row.empty(); row = source->next()) {
            if (transform != nullptr) {
                editor.open_binary(row);
                if (!transform->apply(editor)) continue;
                row = editor.finish();
            }
            digest.add(row);
            sink->put(row);
            if (digest.rows() % rows_at_once == 0) report("copy", spec.table, digest.rows());
        }
        sink->finish();
        report("copy", spec.table, digest.rows());
        return digest;
    }

    static RowDigest read_back(Connection& target, const CopySpec& spec) {
        const auto source = target.copy_out(spec);
        RowDigest digest;
        for (auto row = source->next(); !row.empty(); row = source->next()) digest.add(row);
        return digest;
    }

    void report(std::string_view phase, const std::string& table, std::uint64_t rows) {
        context_.check_cancelled(phase);
        context_.progress.on(
            {.phase = phase, .item = table, .done = rows, .total = 0, .unit = ProgressUnit::rows});
    }

    /// AUTOINCREMENT goes on where the source is, not only behind the rows that came along.
    void copy_counters(Connection& target) {
        if (!source_.query_text("select 1 from sqlite_schema where name = 'sqlite_sequence'"))
            return;
        target.execute("delete from sqlite_sequence");
        source_.query("select name, seq from sqlite_sequence", {}, [&](const Row& row) {
            const std::vector<Value> values = {row.string(0), row.integer(1)};
            target.execute("insert into sqlite_sequence (name, seq) values ($1, $2)", values);
        });
    }

    /// Full-text indexes over other tables are made again from what is in those now.
    void rebuild_virtual_tables(Connection& target) {
        for (const auto& line : schema_) {
            if (!is_virtual(line)) continue;
            const auto sql = to_lower(line.sql);
            const bool is_index = sql.find("using fts") != std::string::npos &&
                                  sql.find("content=") != std::string::npos &&
                                  sql.find("content=''") == std::string::npos;
            if (is_index)
                target.execute(
                    fmt::format("insert into {0} ({0}) values ('rebuild')", quote_name(line.name)));
        }
    }

    void check_references(Connection& target) {
        if (count_violations(target) <= count_violations(source_)) return;
        throw Error(ErrorKind::constraint,
                    "rows that are copied refer to rows of tables that are left out")
            .with_hint("leave out the referring tables too");
    }

    const CopyOptions& options_;
    const Context& context_;
    const PrivateFiles& files_;
    SqliteConnection source_;
    CancelOnStop cancel_;
    std::vector<SchemaLine> schema_;
    std::vector<TableContent> content_;
};

}  // namespace

std::vector<TableContent> copy_changed_rows(const CopyOptions& options, const PrivateFiles& files,
                                            const Context& context) {
    return ChangedCopy(options, files, context).run();
}

}  // namespace keel::sqlite
