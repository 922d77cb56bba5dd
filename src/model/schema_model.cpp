#include "model/schema_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace keel {
namespace {

std::string value_of(const std::map<std::string, std::string>& values, std::string_view name) {
    const auto found = values.find(std::string(name));
    return found == values.end() ? std::string() : found->second;
}

std::string shown(const std::string& value) {
    constexpr std::size_t longest = 120;
    if (value.empty()) return "none";
    return value.size() > longest ? value.substr(0, longest) + "…" : value;
}

std::vector<std::string> changed_facts(const SchemaObject& from, const SchemaObject& to) {
    std::set<std::string> names;
    for (const auto& [name, value] : from.facts) names.insert(name);
    for (const auto& [name, value] : to.facts) names.insert(name);
    std::vector<std::string> changes;
    for (const auto& name : names) {
        if (from.fact(name) == to.fact(name)) continue;
        changes.push_back(
            fmt::format("{}: {}, now {}", name, shown(from.fact(name)), shown(to.fact(name))));
    }
    return changes;
}

/// Whether it comes (or goes) together with what it is a part of.
bool is_implied(const SchemaObject& object, const SchemaModel& here, const SchemaModel& there) {
    return !object.owner.empty() && here.find(object.owner) != nullptr &&
           there.find(object.owner) == nullptr;
}

}  // namespace

std::string SchemaObject::fact(std::string_view which) const {
    return value_of(facts, which);
}

std::string SchemaObject::detail(std::string_view which) const {
    return value_of(details, which);
}

const SchemaObject* SchemaModel::find(const std::string& key) const noexcept {
    const auto found = objects.find(key);
    return found == objects.end() ? nullptr : &found->second;
}

void SchemaModel::add(SchemaObject object) {
    auto key = object.key();
    objects.insert_or_assign(std::move(key), std::move(object));
}

std::string_view to_string(SchemaAction action) noexcept {
    switch (action) {
        case SchemaAction::create:
            return "create";
        case SchemaAction::change:
            return "change";
        case SchemaAction::drop:
            return "drop";
    }
    return "";
}

std::vector<SchemaDifference> differences(const SchemaModel& from, const SchemaModel& to) {
    std::vector<SchemaDifference> found;
    for (const auto& [key, object] : from.objects) {
        const auto* other = to.find(key);
        if (other != nullptr) {
            auto changes = changed_facts(object, *other);
            if (changes.empty()) continue;
            found.push_back({SchemaAction::change, object.kind, object.name, std::move(changes)});
        } else if (!is_implied(object, from, to)) {
            found.push_back({SchemaAction::drop, object.kind, object.name});
        }
    }
    for (const auto& [key, object] : to.objects) {
        if (from.find(key) != nullptr || is_implied(object, to, from)) continue;
        found.push_back({SchemaAction::create, object.kind, object.name});
    }
    std::ranges::stable_sort(found, {}, &SchemaDifference::name);
    return found;
}

}  // namespace keel
