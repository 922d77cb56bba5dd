#include "engines/sqlite/copier.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <future>
#include <optional>

#include "base/file.hpp"
#include "base/text.hpp"
#include "db/transaction.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/changed_copy.hpp"
#include "engines/sqlite/connection.hpp"
#include "engines/sqlite/content.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/file_pages.hpp"
#include "engines/sqlite/page_copy.hpp"
#include "engines/sqlite/page_snapshot.hpp"
#include "engines/sqlite/private_files.hpp"
#include "engines/sqlite/staged_guard.hpp"

namespace keel::sqlite {
namespace {

void check_space(Connection& source, const std::filesystem::path& directory) {
    const auto needed = static_cast<std::uint64_t>(source.query_integer("pragma page_count") *
                                                   source.query_integer("pragma page_size"));
    const auto free = free_space(directory);
    if (needed <= free) return;
    throw Error(ErrorKind::io,
                fmt::format("the copy needs {} in '{}', {} are free", format_bytes(needed),
                            directory.native(), format_bytes(free)))
        .with_hint("free some space, then run the command again");
}

std::vector<TableContent> count_rows(const std::filesystem::path& file, const Context& context) {
    SqliteConnection connection(private_file(file));
    const CancelOnStop cancel(context.stop, connection);
    std::vector<TableContent> tables;
    for (const auto& name : user_tables(connection)) {
        TableContent table;
        table.name = name;
        table.rows = static_cast<std::uint64_t>(
            connection.query_integer("select count(*) from " + SqliteDialect().quote(name)));
        tables.push_back(std::move(table));
    }
    return tables;
}

class Copy {
  public:
    Copy(const CopyOptions& options, const Context& context)
        : options_(options),
          context_(context),
          target_(real_path(options.to.target)),
          files_(target_, options.to.run_id) {}

    CopiedDatabase run() {
        create_directories_durably(target_.parent_path());
        CopiedDatabase copied;
        copied.staged = {options_.to.target.with_path(files_.staged()), options_.to.target,
                         options_.to.run_id, std::make_shared<StagedGuard>(files_)};
        try {
            copied.tables = make();
            copied.method = options_.transforms != nullptr ? "rows" : "pages";
            copied.proof = options_.transforms != nullptr ? "read_back" : "pages";
            settle();
        } catch (...) {
            files_.remove_staged();
            throw;
        }
        sync_directory(target_.parent_path());
        copied.bytes = std::filesystem::file_size(files_.staged());
        return copied;
    }

  private:
    std::vector<TableContent> make() {
        if (options_.transforms != nullptr) {
            // What is changed on its way is never in the file as it was.
            auto tables = copy_changed_rows(options_, files_, context_);
            match_page_size_compared(files_, target_, context_);
            look_through();
            return tables;
        }
        auto counted = copy();
        const bool is_less = leave_out();
        const bool is_other = match_page_size_compared(files_, target_, context_);
        if (!counted || is_less || is_other) counted = look_through();
        return std::move(*counted);
    }

    /// Nothing where the pages cannot be read one by one: then SQLite has copied the database, and
    /// it is still to be looked through.
    std::optional<std::vector<TableContent>> copy() {
        SqliteConnection source(session_options(options_.source));
        const CancelOnStop cancel(context_.stop, source);
        auto pages = PageSnapshot::take(source);
        if (!pages) {
            copy_by_backup(source);
            return std::nullopt;
        }
        check_space(source, target_.parent_path());
        auto tables = copy_file_pages(source, *pages, files_.staged(), context_);
        pages->end();
        return tables;
    }

    void copy_by_backup(SqliteConnection& source) {
        // All that follows sees one state, however long others write.
        Transaction state(source, {.read_only = true, .isolation = {}, .snapshot = {}});
        source.query_text("select 1 from sqlite_schema limit 1");
        check_space(source, target_.parent_path());
        const auto scratch = open_scratch(files_.staged());
        copy_pages(static_cast<sqlite3*>(source.raw()), scratch.get(), {.phase = "copy"}, context_);
        state.rollback();
        sync_file(files_.staged());
    }

    /// Rows that stay behind leave nothing of themselves in the file.
    bool leave_out() {
        if (!options_.leaves_out) return false;
        SqliteConnection copy(writable());
        const auto violations = count_violations(copy);
        // Nothing reacts to it: neither triggers nor foreign keys.
        copy.execute("pragma foreign_keys = off", {});
        auto* raw = static_cast<sqlite3*>(copy.raw());
        sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
        bool is_any = false;
        for (const auto& name : user_tables(copy)) {
            if (!options_.leaves_out("main", name)) continue;
            copy.execute("delete from " + SqliteDialect().quote(name), {});
            is_any = true;
        }
        if (!is_any) return false;
        if (count_violations(copy) > violations)
            throw Error(ErrorKind::constraint,
                        "rows that are copied refer to rows of tables that are left out")
                .with_hint("leave out the referring tables too");
        copy.execute("vacuum", {});
        return true;
    }

    /// Whether it is sound, and what there is.
    std::vector<TableContent> look_through() {
        context_.progress.on({.phase = "verify", .item = "database", .done = 0, .total = 0});
        auto counted = std::async(std::launch::async,
                                  [this] { return count_rows(files_.staged(), context_); });
        SqliteConnection copy(private_file(files_.staged()));
        const CancelOnStop cancel(context_.stop, copy);
        check_damage(copy);
        return counted.get();
    }

    void settle() {
        if (!options_.settle) return;
        {
            SqliteConnection copy(writable());
            // Nobody relies on the file before it is published.
            copy.execute("pragma synchronous = off", {});
            options_.settle(copy);
        }
        sync_file(files_.staged());
    }

    OpenOptions writable() const {
        return open_options(options_.to.target.with_path(files_.staged()), false);
    }

    const CopyOptions& options_;
    const Context& context_;
    std::filesystem::path target_;
    PrivateFiles files_;
};

}  // namespace

CopiedDatabase SqliteCopier::stage(const CopyOptions& options, const Context& context) const {
    return Copy(options, context).run();
}

std::vector<TableContent> SqliteCopier::digest(const ConnectOptions& source,
                                               const Context& context) const {
    SqliteConnection connection(session_options(source));
    const CancelOnStop cancel(context.stop, connection);
    Transaction state(connection, {.read_only = true, .isolation = {}, .snapshot = {}});
    return digest_user_tables(connection, context);
}

}  // namespace keel::sqlite
