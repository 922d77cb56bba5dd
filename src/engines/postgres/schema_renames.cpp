#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/error.hpp"
#include "engines/postgres/schema_plan.hpp"

namespace keel::postgres {
namespace {

/// What it is but for its name; empty for kinds that are not taken for the same.
std::string essence_of(const SchemaObject& object) {
    const auto& kind = object.kind;
    const bool is_constraint = kind.ends_with(" constraint") || kind.ends_with(" key");
    if (is_constraint && kind != "domain constraint")
        return object.owner + '\n' + object.fact("definition");
    if (kind != "index") return {};
    const auto definition = object.fact("definition");
    const auto unique = definition.starts_with("CREATE UNIQUE") ? "unique " : "";
    return object.owner + '\n' + unique + definition.substr(definition.find(" ON "));
}

/// A sequence is known by the column that owns it.
void add_sequences(const SchemaModel& from, const SchemaModel& to,
                   std::vector<SchemaRename>& renames) {
    for (const auto& [key, object] : from.objects) {
        if (object.kind != "sequence owner" || to.find("sequence:" + object.name) != nullptr)
            continue;
        for (const auto& [other_key, other] : to.objects) {
            const bool is_it = other.kind == "sequence owner" && other.facts == object.facts &&
                               from.find("sequence:" + other.name) == nullptr;
            if (is_it)
                renames.push_back({"sequence", object.name, split_last_name(other.name).second});
        }
    }
}

}  // namespace

std::vector<SchemaRename> find_same_but_name(const SchemaModel& from, const SchemaModel& to) {
    std::vector<SchemaRename> renames;
    std::set<std::string> taken;
    for (const auto& [key, object] : from.objects) {
        const auto essence = essence_of(object);
        if (essence.empty() || to.find(key) != nullptr) continue;
        for (const auto& [other_key, other] : to.objects) {
            const bool is_it = other.kind == object.kind && from.find(other_key) == nullptr &&
                               essence_of(other) == essence && !taken.contains(other_key);
            if (!is_it) continue;
            taken.insert(other_key);
            renames.push_back({object.kind, object.name, split_last_name(other.name).second});
            break;
        }
    }
    add_sequences(from, to, renames);
    return renames;
}

std::string rename_statement(const SchemaRename& rename) {
    const auto& [kind, from, to] = rename;
    const auto [owner, local] = split_last_name(from);
    if (kind == "column")
        return fmt::format("alter table {} rename column {} to {}", owner, local, to);
    if (kind.ends_with(" constraint") || kind.ends_with(" key"))
        return fmt::format("alter table {} rename constraint {} to {}", owner, local, to);
    if (kind == "trigger" || kind == "policy")
        return fmt::format("alter {} {} on {} rename to {}", kind, local, owner, to);
    constexpr auto plain =
        std::to_array<std::string_view>({"table", "view", "materialized view", "sequence", "index",
                                         "schema", "function", "procedure", "aggregate", "domain"});
    if (std::ranges::find(plain, kind) != plain.end())
        return fmt::format("alter {} {} rename to {}", kind, from, to);
    if (kind == "enum" || kind == "composite type" || kind == "range")
        return fmt::format("alter type {} rename to {}", from, to);
    throw Error(ErrorKind::unsupported, fmt::format("a {} cannot be renamed here", kind));
}

}  // namespace keel::postgres
