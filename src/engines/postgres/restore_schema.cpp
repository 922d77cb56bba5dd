#include "engines/postgres/restore_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "db/transaction.hpp"
#include "engines/postgres/keywords.hpp"
#include "engines/postgres/split.hpp"

namespace keel::postgres {
namespace {

// One transaction holds a lock for each object it makes, and the server has room for so many.
constexpr std::size_t statements_at_once = 100;
constexpr std::size_t read_size = std::size_t{256} << 10;

std::string read_all(ByteSource& source) {
    std::string text;
    for (;;) {
        const auto old_size = text.size();
        text.resize(old_size + read_size);
        const auto got = source.read(std::as_writable_bytes(std::span(text)).subspan(old_size));
        text.resize(old_size + got);
        if (got == 0) return text;
    }
}

bool is_superuser(Connection& connection) {
    return connection.query_text("select pg_catalog.current_setting('is_superuser')") == "on";
}

bool knows_setting(Connection& connection, const std::string& name) {
    const std::vector<Value> params = {name};
    return connection.query_text("select 1 from pg_catalog.pg_settings where name = $1", params)
        .has_value();
}

/// What a newer pg_dump, or one of a superuser's, says that this server or role has no use for.
class Unwanted {
  public:
    explicit Unwanted(Connection& connection)
        : connection_(connection), is_superuser_(is_superuser(connection)) {}

    bool operator()(const Statement& statement) {
        const auto words = leading_words(statement.text, 4);
        if (words.size() >= 2 && words[0] == "set") return !knows_setting(connection_, words[1]);
        const bool is_extension_comment = words.size() >= 3 && words[0] == "comment" &&
                                          words[1] == "on" && words[2] == "extension";
        return is_extension_comment && !is_superuser_;
    }

  private:
    Connection& connection_;
    bool is_superuser_;
};

}  // namespace

void restore_section(Connection& connection, StreamReader& streams, const std::string& section,
                     const Context& context) {
    const auto text = read_section(streams, section);
    run_schema(connection, wanted_statements(connection, text), section, context);
}

void explain_schema_failure(Error& error, std::string_view section) {
    const bool is_missing = error.sql() && error.sql()->state == "42704";
    if (is_missing && error.message().starts_with("role "))
        error.set_hint("the backup's objects belong to this role: create it first");
    const bool is_forbidden = error.sql() && error.sql()->state == "42501";
    if (is_forbidden && error.hint().empty())
        error.set_hint("restore as the role that owns the objects, or as a superuser");
    error.add_trail(fmt::format("restore the schema ({})", section));
}

std::string read_section(StreamReader& streams, const std::string& section) {
    return read_all(*streams.open(section));
}

std::vector<Statement> wanted_statements(Connection& connection, std::string_view text) {
    auto statements = split_script(text).statements;
    std::erase_if(statements, Unwanted(connection));
    return statements;
}

void run_schema(Connection& connection, std::span<const Statement> statements,
                std::string_view section, const Context& context) {
    std::span<const Statement> rest = statements;
    while (!rest.empty()) {
        context.check_cancelled("restoring the schema");
        context.progress.on({.phase = "restore",
                             .item = section,
                             .done = statements.size() - rest.size(),
                             .total = statements.size(),
                             .unit = ProgressUnit::statements});
        const auto batch = rest.first(std::min(statements_at_once, rest.size()));
        try {
            Transaction transaction(connection);
            connection.run_script(batch);
            transaction.commit();
        } catch (Error& error) {
            explain_schema_failure(error, section);
            throw;
        }
        rest = rest.subspan(batch.size());
    }
}

}  // namespace keel::postgres
