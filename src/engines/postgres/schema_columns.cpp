#include <fmt/format.h>

#include "engines/postgres/schema_alter.hpp"
#include "engines/postgres/schema_types.hpp"

namespace keel::postgres {

Alteration change_type(const SchemaObject& from, const SchemaObject& to, bool through_text) {
    const auto type = to.fact("type");
    const auto column = to.detail("column");
    const auto judged = judge_type_change(from.fact("type"), type);
    Alteration change;
    change.sql =
        fmt::format("alter table {} alter column {} type {}", to.detail("table"), column, type);
    if (!to.fact("collation").empty()) change.sql += " collate " + to.fact("collation");
    // Text can be cast to anything; other types have fewer casts, and all of them one to text.
    const bool was_string = is_string_type(from.fact("type"));
    if (through_text || (judged.needs_using && !was_string))
        change.sql += fmt::format(" using {}::text::{}", column, type);
    else if (judged.needs_using)
        change.sql += fmt::format(" using {}::{}", column, type);
    const bool rewrites = judged.rewrites || through_text;
    change.lock = rewrites ? "access exclusive while the table is written anew"
                           : "access exclusive, for a moment";
    if (judged.may_fail || through_text) change.hazard = "fails where a value does not fit";
    if (judged.may_lose) change.hazard = "values may be rounded or cut";
    change.destructive = judged.may_lose;
    return change;
}

namespace {

/// What follows GENERATED … AS IDENTITY: nothing where the sequence is as it would be anyway.
std::string identity_options(const SchemaObject& column) {
    const auto type = column.fact("type");
    const std::string_view most = type == "smallint"  ? "32767"
                                  : type == "integer" ? "2147483647"
                                                      : "9223372036854775807";
    const auto usual =
        fmt::format("start with 1 increment by 1 minvalue 1 maxvalue {} cache 1 no cycle", most);
    const auto options = column.fact("sequence");
    return options == usual ? "" : fmt::format(" ({})", options);
}

}  // namespace

std::string column_definition(const SchemaObject& column, const std::string& default_clause) {
    std::string text = column.detail("column") + ' ' + column.fact("type");
    if (!column.fact("collation").empty()) text += " collate " + column.fact("collation");
    if (!column.fact("identity").empty())
        text += fmt::format(" generated {} as identity{}", column.fact("identity"),
                            identity_options(column));
    if (const auto generated = column.fact("generated"); !generated.empty()) {
        const auto blank = generated.rfind(' ');
        text += fmt::format(" generated always as ({}){}", generated.substr(0, blank),
                            generated.substr(blank));
    }
    text += default_clause;
    if (!column.fact("not null").empty()) text += " not null";
    return text;
}

std::vector<std::string> column_extras(const SchemaObject& column) {
    std::vector<std::string> extras;
    const auto prefix = fmt::format("alter table {} alter column {} set ", column.detail("table"),
                                    column.detail("column"));
    for (const char* fact : {"storage", "compression", "statistics"}) {
        if (!column.fact(fact).empty())
            extras.push_back(fmt::format("{}{} {}", prefix, fact, column.fact(fact)));
    }
    if (!column.fact("options").empty())
        extras.push_back(fmt::format("{}({})", prefix, column.fact("options")));
    return extras;
}

}  // namespace keel::postgres
