#include "engines/postgres/schema_changes.hpp"

#include <algorithm>
#include <array>
#include <deque>

#include "engines/postgres/schema_alter.hpp"
#include "engines/postgres/schema_graph.hpp"

namespace keel::postgres {
namespace {

/// What stands in the way of changing a column's type, or comes back other than it was.
bool hinders_type_change(const SchemaObject& dependent, const std::string& column) {
    constexpr auto hinder = std::to_array<std::string_view>(
        {"view", "materialized view", "rule", "policy", "trigger", "foreign key"});
    if (dependent.kind == "default") return dependent.owner == column;
    if (dependent.kind == "column") return !dependent.fact("generated").empty();
    return std::ranges::find(hinder, dependent.kind) != hinder.end();
}

class ChangeFinder {
  public:
    ChangeFinder(const SchemaModel& from, const SchemaModel& to, const ChangeOptions& options)
        : from_(from), to_(to), options_(options), dependents_(dependents_of(from)) {}

    SchemaChanges find() {
        for (const auto& [key, object] : to_.objects)
            if (from_.find(key) == nullptr && !comes_along(object, to_, from_))
                changes_.created.insert(key);
        for (const auto& [key, object] : from_.objects) {
            const auto* other = to_.find(key);
            if (other == nullptr && comes_along(object, from_, to_)) continue;
            if (other == nullptr)
                drop(key);
            else if (object.facts != other->facts)
                change(object, *other);
        }
        settle();
        find_late();
        return std::move(changes_);
    }

  private:
    /// A partition's columns, keys and indexes are its parent's. So what a table has in `here` and
    /// has as a partition's in `there` was not made or dropped when it was detached or attached.
    static bool comes_along(const SchemaObject& object, const SchemaModel& here,
                            const SchemaModel& there) {
        const auto* owner = here.find(object.owner);
        if (owner == nullptr) return false;
        const auto table = owner->kind == "column" ? owner->owner : object.owner;
        const auto* partition = there.find(table);
        if (partition == nullptr || partition->kind != "table") return false;
        const auto parent = partition->fact("partition of");
        if (parent.empty() || !here.find(table)->fact("partition of").empty()) return false;
        return std::ranges::any_of(there.objects, [&](const auto& entry) {
            const auto& other = entry.second;
            return other.kind == object.kind && other.detail("table") == parent &&
                   other.detail("column") == object.detail("column") &&
                   (other.facts == object.facts || object.kind == "index");
        });
    }

    void drop(const std::string& key) {
        if (changes_.dropped.insert(key).second) open_.push_back(key);
    }

    void recreate(const std::string& key) {
        const auto* object = to_.find(key);
        if (object == nullptr) return drop(key);
        if (is_type_kind(object->kind)) return rebuild(key);
        changes_.altered.erase(key);
        changes_.created.insert(key);
        drop(key);
    }

    void rebuild(const std::string& key) {
        changes_.altered.erase(key);
        if (changes_.rebuilt.insert(key).second) open_.push_back(key);
    }

    void change(const SchemaObject& from, const SchemaObject& to) {
        const auto key = from.key();
        if (changes_.dropped.contains(key) || changes_.rebuilt.contains(key)) return;
        const bool must_rebuild =
            from.kind == "enum" && options_.one_transaction && uses_new_labels(from, to);
        if (must_rebuild) return rebuild(key);
        if (!alter_in_place(from, to)) return recreate(key);
        changes_.altered.insert(key);
        if (from.kind == "column" && from.fact("type") != to.fact("type")) open_.push_back(key);
    }

    /// Whether anything new or changed may name a label that is only now added.
    bool uses_new_labels(const SchemaObject& from, const SchemaObject& to) const {
        if (!only_adds_labels(from, to)) return false;
        return std::ranges::any_of(to_.objects, [&](const auto& entry) {
            const auto& object = entry.second;
            if (object.kind == "column" || object.kind == "table") return false;
            const auto& needs = object.depends;
            if (std::ranges::find(needs, to.key()) == needs.end()) return false;
            const auto* before = from_.find(entry.first);
            return before == nullptr || before->facts != object.facts;
        });
    }

    /// Carries each drop, rebuild and change of type on to what depends on it.
    void settle() {
        while (!open_.empty()) {
            const auto key = open_.front();
            open_.pop_front();
            const auto [begin, end] = dependents_.equal_range(key);
            for (auto entry = begin; entry != end; ++entry) {
                const auto* dependent = from_.find(entry->second);
                if (dependent != nullptr && !changes_.dropped.contains(entry->second))
                    carry_on(key, *dependent);
            }
        }
    }

    void carry_on(const std::string& key, const SchemaObject& dependent) {
        const auto name = dependent.key();
        const auto* after = to_.find(name);
        if (changes_.dropped.contains(key)) {
            // What lets go of it while it is altered does not have to go.
            if (after != nullptr && changes_.altered.contains(name) && lets_go(*after, key)) return;
            return recreate(name);
        }
        if (changes_.rebuilt.contains(key)) {
            if (dependent.owner == key && dependent.kind != "domain constraint")
                return recreate(name);
            if (dependent.kind == "table") return;
            if (dependent.kind != "column") return recreate(name);
            if (!changes_.altered.contains(name) || is_same_type(dependent, after))
                changes_.retyped.insert(name);
        }
        const bool is_typed_anew = changes_.retyped.contains(name);
        if (is_typed_anew && typed_anew_.insert(name).second) return open_.push_back(name);
        if (from_.find(key)->kind == "column" && hinders_type_change(dependent, key))
            recreate(name);
    }

    static bool is_same_type(const SchemaObject& from, const SchemaObject* to) {
        return to != nullptr && from.fact("type") == to->fact("type");
    }

    /// Only what holds rows is worth keeping; anything else is sooner made anew.
    bool lets_go(const SchemaObject& after, const std::string& key) const {
        if (after.kind != "column" && after.kind != "table" && after.kind != "domain") return false;
        return to_.find(key) == nullptr &&
               std::ranges::find(after.depends, key) == after.depends.end();
    }

    void find_late() {
        std::deque<std::string> open;
        const auto add = [&](const std::string& key) {
            if (changes_.dropped.contains(key) && to_.find(key) == nullptr &&
                changes_.late.insert(key).second)
                open.push_back(key);
        };
        for (const auto& key : changes_.altered)
            for (const auto& need : from_.find(key)->depends) add(need);
        while (!open.empty()) {
            const auto key = open.front();
            open.pop_front();
            for (const auto& need : from_.find(key)->depends) add(need);
        }
    }

    const SchemaModel& from_;
    const SchemaModel& to_;
    const ChangeOptions& options_;
    std::multimap<std::string, std::string> dependents_;
    SchemaChanges changes_;
    std::deque<std::string> open_;
    std::set<std::string> typed_anew_;
};

}  // namespace

bool is_type_kind(std::string_view kind) noexcept {
    return kind == "enum" || kind == "domain" || kind == "composite type" || kind == "range";
}

SchemaChanges find_changes(const SchemaModel& from, const SchemaModel& to,
                           const ChangeOptions& options) {
    return ChangeFinder(from, to, options).find();
}

}  // namespace keel::postgres
