#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engines/postgres/schema_graph.hpp"
#include "engines/postgres/schema_plan.hpp"

namespace keel::postgres {
namespace {

bool is_made_after_rows(const SchemaObject& object) {
    constexpr auto kinds = std::to_array<std::string_view>(
        {"primary key", "unique constraint", "exclusion constraint", "foreign key", "index",
         "materialized view", "statistics", "cluster mark", "replica identity", "trigger", "rule",
         "policy", "row security", "event trigger"});
    // What rows were never held against would refuse them.
    const bool is_unchecked = object.create.ends_with(" NOT VALID");
    return is_unchecked || std::ranges::find(kinds, object.kind) != kinds.end();
}

/// Where a name that is not quoted ends, from its end.
std::size_t last_dot(std::string_view qualified) {
    bool is_quoted = false;
    for (std::size_t at = qualified.size(); at-- > 0;) {
        if (qualified[at] == '"') is_quoted = !is_quoted;
        if (qualified[at] == '.' && !is_quoted) return at;
    }
    return std::string_view::npos;
}

}  // namespace

SchemaSections write_schema(const SchemaModel& model) {
    std::set<std::string> post;
    for (const auto* object : in_order(model, {}).objects) {
        const auto needs_post = [&](const std::string& need) { return post.contains(need); };
        if (is_made_after_rows(*object) || std::ranges::any_of(object->depends, needs_post))
            post.insert(object->key());
    }
    SchemaSections sections;
    sections.not_carried = model.not_carried;
    for (auto& step : plan_schema(blank_schema(), model, {.online = false, .inline_keys = false})) {
        auto& section = post.contains(step.object) ? sections.post_data : sections.pre_data;
        section.push_back(std::move(step.sql));
    }
    return sections;
}

std::pair<std::string, std::string> split_last_name(std::string_view qualified) {
    const auto dot = last_dot(qualified);
    if (dot == std::string_view::npos) return {"", std::string(qualified)};
    return {std::string(qualified.substr(0, dot)), std::string(qualified.substr(dot + 1))};
}

}  // namespace keel::postgres
