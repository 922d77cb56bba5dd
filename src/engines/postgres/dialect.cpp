#include "engines/postgres/dialect.hpp"

#include "engines/postgres/keywords.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/split.hpp"

namespace keel::postgres {
namespace {

constexpr std::string_view internal_schema = "keel";

}  // namespace

std::string PostgresDialect::quote(std::string_view identifier) const {
    return quote_identifier(identifier);
}

std::string PostgresDialect::quote(std::string_view schema, std::string_view name) const {
    return quote_name(schema, name);
}

std::string PostgresDialect::literal(const Value& value) const {
    return quote_value(value);
}

SplitResult PostgresDialect::split(std::string_view script) const {
    return split_script(script);
}

bool PostgresDialect::needs_no_transaction(std::string_view statement) const {
    return is_outside_transaction(statement);
}

bool PostgresDialect::controls_transaction(std::string_view statement) const {
    return is_transaction_control(statement);
}

std::string PostgresDialect::internal_table(std::string_view name) const {
    return quote_name(internal_schema, name);
}

std::vector<std::string> PostgresDialect::internal_setup() const {
    // Asked first: "if not exists" alone would tell the user each time that it does.
    return {
        "do $$ begin if pg_catalog.to_regnamespace('keel') is null then "
        "create schema if not exists keel; end if; end $$"};
}

bool PostgresDialect::is_internal(std::string_view schema,
                                  std::string_view /*name*/) const noexcept {
    return schema == internal_schema;
}

}  // namespace keel::postgres
