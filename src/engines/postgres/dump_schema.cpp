#include <fmt/format.h>

#include "engines/postgres/dump.hpp"
#include "engines/postgres/keywords.hpp"
#include "engines/postgres/restore_schema.hpp"
#include "engines/postgres/schema_read.hpp"

namespace keel::postgres {
namespace {

/// Owners are no part of a schema here, and their roles need not exist.
bool sets_owner(const Statement& statement) {
    const auto words = leading_words(statement.text, 1);
    return !words.empty() && words[0] == "alter" &&
           statement.text.find(" OWNER TO ") != std::string::npos;
}

bool speaks_of_roles(const Statement& statement) {
    const auto words = leading_words(statement.text, 3);
    if (words.empty()) return false;
    const bool is_default = words.size() > 2 && words[0] == "alter" && words[1] == "default" &&
                            words[2] == "privileges";
    return words[0] == "grant" || words[0] == "revoke" || is_default;
}

/// Runs what speaks of roles by itself: one that this server does not have is no failure.
class SchemaLoad {
  public:
    SchemaLoad(Connection& connection, StreamReader& streams, const Context& context)
        : connection_(connection), streams_(streams), context_(context) {}

    void section(const std::string& name) {
        const auto text = read_section(streams_, name);
        auto statements = wanted_statements(connection_, text);
        std::erase_if(statements, sets_owner);
        std::vector<Statement> waiting;
        for (const auto& statement : statements) {
            if (!speaks_of_roles(statement)) {
                waiting.push_back(statement);
                continue;
            }
            run_schema(connection_, waiting, name, context_);
            waiting.clear();
            try {
                run_schema(connection_, std::span(&statement, 1), name, context_);
            } catch (const Error& error) {
                if (!error.sql() || error.sql()->state != "42704") throw;
                left_out_.push_back(fmt::format("'{}' ({})", statement.text, error.message()));
            }
        }
        run_schema(connection_, waiting, name, context_);
    }
    std::vector<std::string> left_out() { return std::move(left_out_); }

  private:
    Connection& connection_;
    StreamReader& streams_;
    const Context& context_;
    std::vector<std::string> left_out_;
};

}  // namespace

SchemaModel PostgresDumper::read_schema(const DumpContent& content, StreamReader& streams,
                                        const DumpedSchemaOptions& options,
                                        const Context& context) const {
    if (content.engine != EngineKind::postgres)
        throw Error(ErrorKind::unsupported, "the backup is not of a PostgreSQL database");
    auto& connection = options.empty;
    SchemaLoad load(connection, streams, context);
    load.section("pre-data");
    if (!content.details.bool_or("has_public", true))
        connection.execute("drop schema if exists public");
    load.section("post-data");
    connection.execute("reset all");
    auto model = postgres::read_schema(connection);
    for (auto& thing : load.left_out()) model.not_carried.push_back(std::move(thing));
    return model;
}

}  // namespace keel::postgres
