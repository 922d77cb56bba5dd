#include "engines/postgres/schema_alter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engines/postgres/schema_types.hpp"

namespace keel::postgres {
namespace {

using Alterations = std::vector<Alteration>;

constexpr const char* brief = "access exclusive, for a moment";

bool same(const SchemaObject& from, const SchemaObject& to, std::string_view fact) {
    return from.fact(fact) == to.fact(fact);
}

/// Whether no other fact differs than those named.
bool only_differs_in(const SchemaObject& from, const SchemaObject& to,
                     std::initializer_list<std::string_view> facts) {
    auto left = from.facts;
    auto right = to.facts;
    for (const auto fact : facts) {
        left.erase(std::string(fact));
        right.erase(std::string(fact));
    }
    return left == right;
}

/// "fillfactor=70, x=1" as it was and as it is to be.
void alter_options(const std::string& prefix, const SchemaObject& from, const SchemaObject& to,
                   Alterations& result) {
    if (same(from, to, "options")) return;
    const auto& wanted = to.fact("options");
    std::vector<std::string> gone;
    for (const auto& item : split(from.fact("options"), ',')) {
        const auto name = std::string(trim(item.substr(0, item.find('='))));
        const bool stays =
            fmt::format(", {}", wanted).find(fmt::format(", {}=", name)) != std::string::npos;
        if (!name.empty() && !stays) gone.push_back(name);
    }
    if (!gone.empty()) result.push_back({fmt::format("{} reset ({})", prefix, join(gone, ", "))});
    if (!wanted.empty()) result.push_back({fmt::format("{} set ({})", prefix, wanted)});
}

std::optional<Alterations> alter_table(const SchemaObject& from, const SchemaObject& to) {
    Alterations result;
    if (!only_differs_in(
            from, to,
            {"options", "persistence", "partition of", "bound", "inherits", "access method"}))
        return std::nullopt;
    const auto prefix = "alter table " + to.name;
    if (!same(from, to, "inherits")) {
        for (const auto& parent : split(from.fact("inherits"), ','))
            if (!parent.empty())
                result.push_back({fmt::format("{} no inherit {}", prefix, trim(parent)), brief});
        for (const auto& parent : split(to.fact("inherits"), ','))
            if (!parent.empty())
                result.push_back({fmt::format("{} inherit {}", prefix, trim(parent)), brief});
    }
    if (!same(from, to, "partition of") || !same(from, to, "bound")) {
        const bool is_moved =
            same(from, to, "partition of");  // once more, before its columns change
        if (!to.fact("partition of").empty() && !is_moved)
            result.push_back({fmt::format("alter table {} attach partition {} {}",
                                          to.fact("partition of"), to.name, to.fact("bound")),
                              "access exclusive on the partition while it is read"});
    }
    alter_options(prefix, from, to, result);
    if (!same(from, to, "persistence"))
        result.push_back({fmt::format("{} set {}", prefix,
                                      to.fact("persistence").empty() ? "logged" : "unlogged"),
                          "access exclusive while the table is written anew"});
    if (!same(from, to, "access method"))
        result.push_back(
            {fmt::format("{} set access method {}", prefix,
                         to.fact("access method").empty() ? "heap" : to.fact("access method")),
             "access exclusive while the table is written anew"});
    return result;
}

void alter_identity(const std::string& prefix, const SchemaObject& from, const SchemaObject& to,
                    Alterations& result) {
    const auto before = from.fact("identity");
    const auto after = to.fact("identity");
    if (after.empty()) return;  // dropped before anything else
    if (before.empty()) {
        result.push_back({fmt::format("{} add generated {} as identity ({})", prefix, after,
                                      to.fact("sequence")),
                          brief});
        return;
    }
    if (before != after)
        result.push_back({fmt::format("{} set generated {}", prefix, after), brief});
    if (same(from, to, "sequence")) return;
    // "start with 1 increment by 1 … cache 1 no cycle": each with its own SET.
    auto options = to.fact("sequence");
    for (const char* word : {" increment by", " minvalue", " maxvalue", " cache", " cycle"})
        options = replace_all(options, word, fmt::format(" set{}", word));
    options = replace_all(options, " no set cycle", " set no cycle");
    result.push_back({fmt::format("{} set {}", prefix, options), brief});
}

std::optional<Alterations> alter_column(const SchemaObject& from, const SchemaObject& to) {
    const bool was_generated = !from.fact("generated").empty();
    const bool is_generated = !to.fact("generated").empty();
    if (!same(from, to, "generated") && is_generated) return std::nullopt;
    Alterations result;
    const auto prefix =
        fmt::format("alter table {} alter column {}", to.detail("table"), to.detail("column"));
    if (was_generated && !is_generated) result.push_back({prefix + " drop expression", brief});
    if (!same(from, to, "type") || !same(from, to, "collation"))
        result.push_back(change_type(from, to, false));
    if (!same(from, to, "not null")) {
        const bool wanted = !to.fact("not null").empty();
        Alteration change{.sql = prefix + (wanted ? " set not null" : " drop not null"),
                          .lock = wanted ? "access exclusive while the table is read" : brief};
        if (wanted) change.hazard = "fails where the column holds null";
        result.push_back(std::move(change));
    }
    alter_identity(prefix, from, to, result);  // which wants NOT NULL before it
    if (!same(from, to, "storage"))
        result.push_back({fmt::format("{} set storage {}", prefix,
                                      to.fact("storage").empty() ? natural_storage(to.fact("type"))
                                                                 : to.fact("storage")),
                          brief});
    if (!same(from, to, "compression"))
        result.push_back(
            {fmt::format("{} set compression {}", prefix,
                         to.fact("compression").empty() ? "default" : to.fact("compression")),
             brief});
    if (!same(from, to, "statistics"))
        result.push_back(
            {fmt::format("{} set statistics {}", prefix,
                         to.fact("statistics").empty() ? "-1" : to.fact("statistics"))});
    alter_options(prefix, from, to, result);
    return result;
}

std::vector<std::string> labels(const SchemaObject& object) {
    std::vector<std::string> list;
    const Json array = Json::parse(object.detail("list"));
    for (const auto& item : array.as_array()) list.push_back(item.as_string());
    return list;
}

std::optional<Alterations> alter_enum(const SchemaObject& from, const SchemaObject& to) {
    if (!only_adds_labels(from, to)) return std::nullopt;
    const auto before = labels(from);
    const auto after = labels(to);
    Alterations result;
    for (std::size_t at = 0; at < after.size(); ++at) {
        if (std::ranges::find(before, after[at]) != before.end()) continue;
        std::string place;
        if (at > 0) place = " after " + after[at - 1];
        if (at == 0) place = " before " + before.front();
        Alteration step{.sql =
                            fmt::format("alter type {} add value {}{}", to.name, after[at], place)};
        step.own_phase = true;
        result.push_back(std::move(step));
    }
    return result;
}

std::optional<Alterations> alter_domain(const SchemaObject& from, const SchemaObject& to) {
    if (!only_differs_in(from, to, {"default", "not null"})) return std::nullopt;
    Alterations result;
    if (!same(from, to, "default"))
        result.push_back(
            {to.fact("default").empty()
                 ? fmt::format("alter domain {} drop default", to.name)
                 : fmt::format("alter domain {} set default {}", to.name, to.fact("default"))});
    if (!same(from, to, "not null")) {
        const bool wanted = !to.fact("not null").empty();
        result.push_back(
            {.sql = fmt::format("alter domain {} {} not null", to.name, wanted ? "set" : "drop"),
             .lock = wanted ? "share on every table with it, while it is read" : "",
             .hazard = wanted ? "fails where a column of it holds null" : ""});
    }
    return result;
}

/// Attributes may be added at the end and dropped; anything else is another type.
std::optional<Alterations> alter_composite(const SchemaObject& from, const SchemaObject& to) {
    const Json before = Json::parse(from.detail("list"));
    const Json after = Json::parse(to.detail("list"));
    Alterations result;
    std::vector<Json> kept;
    for (const auto& attribute : before.as_array()) {
        const auto& all = after.as_array();
        const auto same_name = [&](const Json& other) {
            return other.as_array()[0] == attribute.as_array()[0];
        };
        if (std::ranges::any_of(all, same_name))
            kept.push_back(attribute);
        else
            result.push_back({.sql = fmt::format("alter type {} drop attribute {}", to.name,
                                                 attribute.as_array()[0].as_string()),
                              .hazard = "loses what columns of the type hold in it",
                              .destructive = true});
    }
    const auto& wanted = after.as_array();
    if (kept.size() > wanted.size() || !std::equal(kept.begin(), kept.end(), wanted.begin()))
        return std::nullopt;
    for (std::size_t at = kept.size(); at < wanted.size(); ++at) {
        const auto& pair = wanted[at].as_array();
        result.push_back({fmt::format("alter type {} add attribute {} {}", to.name,
                                      pair[0].as_string(), pair[1].as_string())});
    }
    return result;
}

/// "a integer, b text" begins "a integer, b text, c date".
bool begins(const std::string& longer, const std::string& shorter) {
    return longer == shorter || longer.starts_with(shorter + ", ");
}

std::optional<Alterations> alter_view(const SchemaObject& from, const SchemaObject& to) {
    if (!same(from, to, "options") || !begins(to.detail("columns"), from.detail("columns")))
        return std::nullopt;
    return Alterations{{"create or replace" + to.create.substr(std::string("create").size())}};
}

std::optional<Alterations> alter_routine(const SchemaObject& from, const SchemaObject& to) {
    for (const char* detail : {"result", "names"})
        if (from.detail(detail) != to.detail(detail)) return std::nullopt;
    const auto fewer_defaults = parse_unsigned(to.detail("defaults")).value_or(0) <
                                parse_unsigned(from.detail("defaults")).value_or(0);
    if (fewer_defaults) return std::nullopt;
    return Alterations{{to.create}};
}

std::optional<Alterations> alter_trigger(const SchemaObject& from, const SchemaObject& to) {
    if (!only_differs_in(from, to, {"fires"})) return std::nullopt;
    const auto fires = to.fact("fires");
    const std::string_view how = fires == "never"         ? "disable"
                                 : fires == "on replicas" ? "enable replica"
                                 : fires == "always"      ? "enable always"
                                                          : "enable";
    const auto local = to.name.substr(to.detail("table").size() + 1);
    return Alterations{{fmt::format("alter table {} {} trigger {}", to.detail("table"), how, local),
                        "share row exclusive, for a moment"}};
}

/// A constraint that only becomes a checked one.
std::optional<Alterations> alter_constraint(const SchemaObject& from, const SchemaObject& to) {
    if (from.fact("definition") != to.fact("definition") + " NOT VALID") return std::nullopt;
    return Alterations{{.sql = fmt::format("alter table {} validate constraint {}",
                                           to.detail("table"), to.detail("constraint")),
                        .lock = "share update exclusive while the table is read",
                        .hazard = "fails where rows break it"}};
}

std::optional<Alterations> alter_sequence(const SchemaObject& from, const SchemaObject& to) {
    Alterations result;
    if (!only_differs_in(from, to, {"persistence"}))
        result.push_back({fmt::format("alter sequence {} {}", to.name, to.detail("options"))});
    if (!same(from, to, "persistence"))
        result.push_back({fmt::format("alter sequence {} set {}", to.name,
                                      to.fact("persistence").empty() ? "logged" : "unlogged")});
    return result;
}

Alterations statements_of(const std::string& text) {
    Alterations result;
    for (const auto& statement : split(text, statement_separator)) result.push_back({statement});
    return result;
}

}  // namespace

bool only_adds_labels(const SchemaObject& from, const SchemaObject& to) {
    const auto after = labels(to);
    auto at = after.begin();
    for (const auto& label : labels(from)) {
        at = std::find(at, after.end(), label);
        if (at == after.end()) return false;
        ++at;
    }
    return !labels(from).empty();
}

std::optional<Alterations> alter_in_place(const SchemaObject& from, const SchemaObject& to) {
    const auto& kind = to.kind;
    if (kind == "table") return alter_table(from, to);
    if (kind == "column") return alter_column(from, to);
    if (kind == "enum") return alter_enum(from, to);
    if (kind == "domain") return alter_domain(from, to);
    if (kind == "composite type") return alter_composite(from, to);
    if (kind == "view") return alter_view(from, to);
    if (kind == "function" || kind == "procedure") return alter_routine(from, to);
    if (kind == "trigger") return alter_trigger(from, to);
    if (kind == "sequence") return alter_sequence(from, to);
    if (kind == "check constraint" || kind == "foreign key") return alter_constraint(from, to);
    if (kind == "extension")
        return Alterations{
            {fmt::format("alter extension {} set schema {}", to.name, to.fact("schema"))}};
    if (kind == "default") return Alterations{{to.create, brief}};
    if (kind == "privilege" || kind == "default privilege")
        return Alterations{{from.drop}, {to.create}};
    constexpr auto said_again = std::to_array<std::string_view>(
        {"comment", "sequence owner", "row security", "cluster mark", "replica identity"});
    if (std::ranges::find(said_again, kind) != said_again.end()) return statements_of(to.create);
    return std::nullopt;
}

}  // namespace keel::postgres
