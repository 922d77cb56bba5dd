#include "engines/postgres/definitions.hpp"

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engines/postgres/catalog_session.hpp"
#include "engines/postgres/schema_plan.hpp"
#include "engines/postgres/schema_read.hpp"
#include "engines/postgres/sql.hpp"

namespace keel::postgres {
namespace {

/// Names in what follows are written out; bodies of functions may name what comes later.
constexpr std::string_view settings = R"(SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

)";

constexpr std::size_t most_named = 20;

void add(std::string& script, std::string_view statement) {
    script += statement;
    script += ";\n\n";
}

void refuse(std::vector<std::string> things) {
    if (things.empty()) return;
    const std::size_t more = things.size() > most_named ? things.size() - most_named : 0;
    if (more > 0) {
        things.resize(most_named);
        things.push_back(std::to_string(more) + " more");
    }
    throw Error(ErrorKind::unsupported,
                "there is no pg_dump here that is new enough for the server, and the database has "
                "what cannot be backed up without it: " +
                    join(things, ", "))
        .with_hint("install the client programs of the server's version");
}

}  // namespace

Definitions write_definitions(Connection& connection) {
    const auto model = read_schema(connection, SchemaScope::with_internal);
    auto sections = write_schema(model);
    CatalogSession session(connection);
    auto& catalog = session.connection();
    catalog.query(sql::definitions_not_carried, {},
                  [&](const Row& row) { sections.not_carried.push_back(row.string(0)); });
    std::vector<std::string> names;
    catalog.query(sql::not_null_names, {}, [&](const Row& row) {
        auto& list = row.is_null(0) ? sections.not_carried : names;
        list.push_back(row.string(row.is_null(0) ? 1 : 0));
    });
    refuse(std::move(sections.not_carried));
    Definitions definitions{std::string(settings), std::string(settings)};
    for (const auto& statement : sections.pre_data) add(definitions.pre_data, statement);
    for (const auto& statement : names) add(definitions.pre_data, statement);
    for (const auto& statement : sections.post_data) add(definitions.post_data, statement);
    catalog.query(sql::schema_owners, {}, [&](const Row& row) {
        add(row.boolean(1) ? definitions.post_data : definitions.pre_data, row.text(0));
    });
    return definitions;
}

}  // namespace keel::postgres
