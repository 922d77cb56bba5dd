#include "engines/sqlite/file_exchange.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>

#include "base/file.hpp"
#include "base/mapped_file.hpp"
#include "base/text.hpp"
#include "db/transaction.hpp"
#include "engines/sqlite/address.hpp"
#include "engines/sqlite/connection.hpp"
#include "engines/sqlite/content.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/page_copy.hpp"
#include "engines/sqlite/private_files.hpp"
#include "engines/sqlite/salvage.hpp"
#include "engines/sqlite/staged_guard.hpp"
#include "engines/sqlite/tokenizer.hpp"

namespace keel::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "SQLite format 3";
constexpr std::size_t statements_at_once = 500;

bool begins_with_magic(const fs::path& path) {
    const auto source = open_file_source(path);
    std::array<std::byte, magic.size()> head{};
    std::size_t size = 0;
    while (size < head.size()) {
        const auto got = source->read(std::span(head).subspan(size));
        if (got == 0) break;
        size += got;
    }
    return as_text(std::span(head).first(size)) == magic;
}

/// The shell brackets its dump with a transaction and switches foreign keys off; both are ours to
/// do. A statement that reaches other files is refused.
bool is_wanted(const Statement& statement, const SqliteDialect& dialect, const fs::path& file) {
    if (dialect.controls_transaction(statement.text)) return false;
    Tokenizer tokenizer(statement.text);
    const auto first = tokenizer.next();
    if (!first) return false;
    if (first->is("pragma")) {
        const auto name = tokenizer.next();
        return !name || !name->is("foreign_keys");
    }
    if (!first->is("attach") && !first->is("detach")) return true;
    throw Error(ErrorKind::invalid_input, "a file that is imported may not attach other databases")
        .at({.file = file.native(), .line = statement.line, .statement = statement.number});
}

class Importer {
  public:
    Importer(const ImportFile& file, const StageOptions& options, const Context& context)
        : file_(file.path),
          salvages_(file.salvages),
          options_(options),
          context_(context),
          target_(real_path(options.target)),
          files_(target_, options.run_id) {}

    ImportedDatabase run(FileForm form) {
        create_directories_durably(target_.parent_path());
        ImportedDatabase imported{.staged = {options_.target.with_path(files_.staged()),
                                             options_.target, options_.run_id,
                                             std::make_shared<StagedGuard>(files_)}};
        try {
            if (form == FileForm::sql)
                run_script();
            else if (salvages_)
                imported.lost = salvage();
            else
                copy_pages_of_file();
            look_through();
            match_page_size(files_, target_);
        } catch (...) {
            files_.remove_staged();
            throw;
        }
        sync_file(files_.staged());
        sync_directory(target_.parent_path());
        return imported;
    }

  private:
    void copy_pages_of_file() {
        SqliteConnection source(open_options(options_.target.with_path(fs::absolute(file_)), true));
        const CancelOnStop cancel(context_.stop, source);
        Transaction state(source, {.read_only = true, .isolation = {}, .snapshot = {}});
        const auto scratch = open_scratch(files_.staged());
        copy_pages(static_cast<sqlite3*>(source.raw()), scratch.get(), {.phase = "import"},
                   context_);
        state.rollback();
    }

    std::vector<std::string> salvage() {
        open_scratch(files_.staged());
        SqliteConnection scratch(open_options(options_.target.with_path(files_.staged()), false));
        const auto url = options_.target.with_path(fs::absolute(file_));
        try {
            return salvage_database(url, scratch, context_);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::integrity) throw;
        }
        // SQLite opens no file that is shorter than it says: a copy is made as long again.
        make_whole_copy();
        auto lost = salvage_database(url.with_path(files_.resized()), scratch, context_);
        lost.emplace_back("the file is shorter than it was");
        remove_database(files_.resized());
        return lost;
    }

    void make_whole_copy() {
        auto copy = create_private_file(files_.resized());
        copy.close(files_.resized().native());
        fs::copy_file(file_, files_.resized(), fs::copy_options::overwrite_existing);
        std::array<std::byte, 32> head{};
        static_cast<void>(open_file_source(file_)->read(head));
        const auto at = [&](std::size_t i) { return std::to_integer<std::uint64_t>(head[i]); };
        const std::uint64_t size = at(16) << 8 | at(17);
        const std::uint64_t pages = at(28) << 24 | at(29) << 16 | at(30) << 8 | at(31);
        const std::uint64_t whole = (size == 1 ? 65536 : size) * pages;
        if (whole > fs::file_size(file_)) fs::resize_file(files_.resized(), whole);
    }

    void run_script() {
        const MappedFile file(file_);
        const SqliteDialect dialect;
        const auto split = dialect.split(file.text());
        open_scratch(files_.staged());
        SqliteConnection scratch(open_options(options_.target.with_path(files_.staged()), false));
        const CancelOnStop cancel(context_.stop, scratch);
        scratch.execute("pragma foreign_keys = off", {});
        std::vector<Statement> batch;
        for (const auto& statement : split.statements) {
            if (!is_wanted(statement, dialect, file_)) continue;
            batch.push_back(statement);
            if (batch.size() == statements_at_once) run_batch(scratch, batch);
        }
        run_batch(scratch, batch);
    }

    void run_batch(Connection& scratch, std::vector<Statement>& batch) {
        context_.check_cancelled("importing");
        Transaction transaction(scratch);
        try {
            scratch.run_script(batch);
        } catch (Error& error) {
            SourcePosition where = error.where();
            where.file = file_.native();
            error.set_where(std::move(where));
            throw;
        }
        transaction.commit();
        batch.clear();
    }

    void look_through() {
        SqliteConnection copy(private_file(files_.staged()));
        const CancelOnStop cancel(context_.stop, copy);
        check_damage(copy);
    }

    fs::path file_;
    bool salvages_;
    const StageOptions& options_;
    const Context& context_;
    fs::path target_;
    PrivateFiles files_;
};

}  // namespace

std::optional<FileForm> SqliteFileExchange::form_of(const fs::path& path) const {
    if (fs::is_directory(path)) return std::nullopt;
    if (begins_with_magic(path)) return FileForm::sqlite;
    if (path.extension() == ".sql") return FileForm::sql;
    return std::nullopt;
}

ImportedDatabase SqliteFileExchange::stage(const ImportFile& import, const StageOptions& options,
                                           const Context& context) const {
    const auto& file = import.path;
    const auto form = form_of(file);
    if (!form)
        throw Error(ErrorKind::invalid_input,
                    fmt::format("'{}' is neither a SQLite database nor SQL text", file.native()));
    return Importer(import, options, context).run(*form);
}

void SqliteFileExchange::write(const DatabaseUrl& database, FileForm form, const fs::path& file,
                               const Context& context) const {
    static_cast<void>(form);
    const auto source = open_file_source(database.path());
    AtomicFile target(file, 0600, false);
    std::vector<std::byte> block(std::size_t{1} << 20);
    for (auto size = source->read(block); size > 0; size = source->read(block)) {
        context.check_cancelled("exporting");
        target.write(std::span(block).first(size));
    }
    target.finish();
}

}  // namespace keel::sqlite
