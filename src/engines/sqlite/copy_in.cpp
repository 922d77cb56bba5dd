#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

#include "base/text.hpp"
#include "engines/sqlite/copy.hpp"
#include "engines/sqlite/copy_format.hpp"
#include "engines/sqlite/dialect.hpp"

namespace keel::sqlite {
namespace {

/// What the text of a field means, where the column's declared type says more than "text".
enum class Meaning { plain, blob, boolean, number };

Meaning meaning_of(std::string_view declared_type) {
    const auto type = to_lower(declared_type);
    const auto has = [&](std::string_view part) { return type.find(part) != std::string::npos; };
    if (has("blob") || has("bytea")) return Meaning::blob;
    if (has("bool")) return Meaning::boolean;
    if (has("real") || has("floa") || has("doub") || has("num") || has("dec"))
        return Meaning::number;
    return Meaning::plain;
}

struct Target {
    std::string insert;
    std::vector<Meaning> meanings;
};

Target make_target(Database& database, const CopySpec& spec) {
    const auto known = writable_columns(database, spec.schema, spec.table);
    const SqliteDialect dialect;
    std::vector<std::string> names;
    std::vector<std::string> places;
    Target target;
    const auto add = [&](const WritableColumn& column) {
        names.push_back(dialect.quote(column.name));
        places.push_back("?");
        target.meanings.push_back(meaning_of(column.type));
    };
    if (spec.columns.empty()) std::ranges::for_each(known, add);
    for (const auto& name : spec.columns) {
        const auto found = std::ranges::find_if(known, [&](const WritableColumn& column) {
            return equals_ignore_case(column.name, name);
        });
        if (found == known.end() && equals_ignore_case(name, "rowid")) {
            add({.name = "rowid", .type = "integer"});
            continue;
        }
        if (found == known.end()) {
            throw Error(ErrorKind::not_found,
                        fmt::format("no column '{}' that can be written in table '{}'",
                                    escape_controls(name), escape_controls(spec.table)));
        }
        add(*found);
    }
    target.insert =
        fmt::format("insert into {} ({}) values ({})", dialect.quote(spec.schema, spec.table),
                    join(names, ", "), join(places, ", "));
    return target;
}

/// One prepared insert, run for each row inside a savepoint, or a transaction when none is open.
class SqliteRowSink final : public RowSink {
  public:
    SqliteRowSink(Database& database, const CopySpec& spec)
        : database_(database), target_(make_target(database, spec)), format_(spec.format) {
        fields_.resize(target_.meanings.size());
        is_nested_ = database_.in_transaction();
        statement_ = database_.prepare(target_.insert, true);
        database_.run(is_nested_ ? "savepoint keel_copy" : "begin immediate");
        is_open_ = true;
    }
    ~SqliteRowSink() override {
        statement_.reset();
        if (!is_open_ || !database_.in_transaction()) return;
        try {
            undo();
        } catch (const std::exception&) {
            // The transaction around it can then only be rolled back, and its owner will find so.
            is_open_ = false;
        }
    }
    SqliteRowSink(const SqliteRowSink&) = delete;
    SqliteRowSink& operator=(const SqliteRowSink&) = delete;

    void put(std::span<const std::byte> row) override {
        try {
            const Database::Call call(database_);
            parse_row(as_text(row), format_, fields_);
            for (std::size_t column = 0; column < fields_.size(); ++column) bind(column);
            database_.step(statement_.get(), target_.insert);
            sqlite3_reset(statement_.get());
        } catch (Error& error) {
            sqlite3_reset(statement_.get());
            error.add_trail(fmt::format("copy row {}", rows_ + 1));
            throw;
        }
        ++rows_;
    }

    std::uint64_t finish() override {
        statement_.reset();
        database_.run(is_nested_ ? "release keel_copy" : "commit");
        is_open_ = false;
        return rows_;
    }

  private:
    void undo() {
        if (!is_nested_) return database_.run("rollback");
        database_.run("rollback to keel_copy");
        database_.run("release keel_copy");
    }

    void bind(std::size_t column) {
        auto& field = fields_[column];
        const int index = static_cast<int>(column) + 1;
        if (format_ == CopyFormat::text && field.storage == 't')
            interpret(target_.meanings[column], field);
        const int code = bind_field(index, field);
        if (code != SQLITE_OK) database_.fail(code, target_.insert);
    }

    int bind_field(int index, const CopyField& field) {
        auto* statement = statement_.get();
        const char* data = field.bytes.empty() ? "" : field.bytes.data();
        if (field.storage == 'i') return sqlite3_bind_int64(statement, index, field.integer);
        if (field.storage == 'r') return sqlite3_bind_double(statement, index, field.real);
        if (field.storage == 't') {
            return sqlite3_bind_text64(statement, index, data, field.bytes.size(), SQLITE_STATIC,
                                       SQLITE_UTF8);
        }
        if (field.storage == 'b') {
            return sqlite3_bind_blob64(statement, index, data, field.bytes.size(), SQLITE_STATIC);
        }
        return sqlite3_bind_null(statement, index);
    }

    /// PostgreSQL's text forms of what SQLite stores in another class.
    static void interpret(Meaning meaning, CopyField& field) {
        if (meaning == Meaning::blob && field.bytes.starts_with("\\x")) {
            const auto bytes = unhex(field.bytes.substr(2));
            field.unescaped.assign(as_text(bytes));
            field.bytes = field.unescaped;
            field.storage = 'b';
        } else if (meaning == Meaning::boolean &&
                   (field.bytes == "t" || field.bytes == "f" || field.bytes == "true" ||
                    field.bytes == "false")) {
            field.integer = field.bytes.front() == 't' ? 1 : 0;
            field.storage = 'i';
        } else if (meaning == Meaning::number && field.bytes.ends_with("Infinity")) {
            field.real = field.bytes.front() == '-' ? -HUGE_VAL : HUGE_VAL;
            field.storage = 'r';
        }
    }

    Database& database_;
    Target target_;
    CopyFormat format_;
    StatementHandle statement_;
    std::vector<CopyField> fields_;
    std::uint64_t rows_ = 0;
    bool is_nested_ = false;
    bool is_open_ = false;
};

}  // namespace

std::unique_ptr<RowSink> make_row_sink(Database& database, const CopySpec& spec) {
    return std::make_unique<SqliteRowSink>(database, spec);
}

}  // namespace keel::sqlite
