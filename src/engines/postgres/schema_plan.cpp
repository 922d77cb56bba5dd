#include "engines/postgres/schema_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/schema_graph.hpp"
#include "engines/postgres/schema_steps.hpp"

namespace keel::postgres {
namespace {

constexpr std::string_view no_body_check = "set check_function_bodies = off";

/// Where a rebuilt type waits, under another name, until nothing uses it.
std::string old_type_name(const SchemaObject& type) {
    const auto [schema, local] = split_last_name(type.name);
    return fmt::format("{}.{}", schema, quote_identifier("keel_old_" + type.detail("local")));
}

/// A body whose names are looked up when it is made.
bool has_checked_body(const SchemaObject& object) {
    return object.detail("language") == "sql" &&
           object.create.find("BEGIN ATOMIC") == std::string::npos;
}

class Planner {
  public:
    Planner(const SchemaModel& from, const SchemaModel& to, const WriterOptions& options)
        : from_(from),
          to_(to),
          options_(options),
          changes_(find_changes(from, to, {.one_transaction = !options.online})),
          steps_(options.online),
          writer_(from, to, changes_, options, steps_) {}

    std::vector<SchemaStep> run() {
        switch_off_body_check();
        drop_early();
        const auto needs = [this](const SchemaObject& object) { return default_needs(object); };
        for (const auto* object : in_order(to_, needs).objects) make(*object);
        drop_late();
        return steps_.take();
    }

  private:
    void switch_off_body_check() {
        for (const auto& [key, object] : to_.objects) {
            const bool is_made = changes_.created.contains(key) || changes_.altered.contains(key);
            if (!is_made || !has_checked_body(object)) continue;
            steps_.add(key, {.sql = std::string(no_body_check)}, steps_.main_phase());
            return;
        }
    }

    /// A column is made with its default, where that is possible.
    std::vector<std::string> default_needs(const SchemaObject& object) const {
        std::vector<std::string> needs;
        if (object.kind != "column") return needs;
        const auto* value = to_.find("default:" + object.name);
        if (value == nullptr || !changes_.created.contains(value->key())) return needs;
        for (const auto& need : value->depends)
            if (need != object.key() && need != object.owner) needs.push_back(need);
        return needs;
    }

    /// What goes with its owner must not be in the way of what it needs: the owner goes first.
    void order_drops() {
        std::multimap<std::string, const SchemaObject*> parts;
        for (const auto& [key, object] : from_.objects) {
            const auto* owner = from_.find(object.owner);
            if (owner == nullptr || object.kind == "sequence owner") continue;
            const bool is_of_column = owner->kind == "column";
            const auto& whole = is_of_column ? owner->owner : object.owner;
            if (changes_.dropped.contains(whole)) parts.emplace(whole, &object);
        }
        auto order = in_order(from_, [&](const SchemaObject& object) {
            std::vector<std::string> needs;
            const auto [begin, end] = parts.equal_range(object.key());
            for (auto part = begin; part != end; ++part)
                for (const auto& need : part->second->depends)
                    if (!is_part_of(need, object.key())) needs.push_back(whole_of(need));
            return needs;
        });
        order_ = std::move(order.objects);
        drops_parts_ = order.without_extra;
        std::ranges::reverse(order_);
    }

    /// The table that a column or constraint goes with.
    std::string whole_of(const std::string& key) const {
        const auto* object = from_.find(key);
        if (object == nullptr || !changes_.dropped.contains(object->owner)) return key;
        return whole_of(object->owner);
    }
    bool is_part_of(const std::string& key, const std::string& whole) const {
        return whole_of(key) == whole;
    }

    void drop_early() {
        order_drops();
        drop_those_in_the_way([](const SchemaObject& object) { return is_shared_index(object); });
        for (const auto& [key, object] : from_.objects) has_moves_ |= moves(key, object);
        for (const auto& [key, object] : from_.objects) detach(key, object);
        for (const auto& [key, object] : from_.objects) attach_again(key, object);
        drop_those_in_the_way([](const SchemaObject& object) { return !is_shared_index(object); });
        for (const auto& [key, object] : from_.objects) drop_identity(key, object);
    }

    /// A partitioned table's: dropped while its partitions are attached, it takes theirs along.
    static bool is_shared_index(const SchemaObject& object) {
        return object.kind == "index" && !object.detail("partitioned").empty();
    }

    void drop_those_in_the_way(bool (*is_meant)(const SchemaObject&)) {
        for (const auto* object : order_) {
            const auto key = object->key();
            if (!changes_.dropped.contains(key) || changes_.late.contains(key)) continue;
            if (!is_meant(*object)) continue;
            if (!goes_along(*object)) drop(*object, steps_.main_phase());
        }
    }

    /// The name of its sequence may be wanted.
    void drop_identity(const std::string& key, const SchemaObject& object) {
        if (!changes_.altered.contains(key)) return;
        const auto& after = *to_.find(key);
        if (!object.fact("identity").empty() && after.fact("identity").empty())
            steps_.add(key,
                       {.sql = fmt::format("alter table {} alter column {} drop identity",
                                           object.detail("table"), object.detail("column")),
                        .lock = "access exclusive, for a moment"},
                       steps_.main_phase());
    }

    bool moves(const std::string& key, const SchemaObject& object) const {
        if (!changes_.altered.contains(key) || object.fact("partition of").empty()) return false;
        const auto& after = *to_.find(key);
        return object.fact("partition of") != after.fact("partition of") ||
               object.fact("bound") != after.fact("bound");
    }

    /// Before anything of its parent's is dropped, which would go from the partition too. One that
    /// is dropped makes room for those that move.
    void detach(const std::string& key, const SchemaObject& object) {
        const auto parent = object.fact("partition of");
        const bool makes_room = !parent.empty() && changes_.dropped.contains(key) &&
                                !changes_.dropped.contains("table:" + parent) && has_moves_;
        if (!makes_room && !moves(key, object)) return;
        steps_.add(key,
                   {.sql = fmt::format("alter table {} detach partition {}", parent, object.name),
                    .lock = "access exclusive on the parent, for a moment"},
                   steps_.main_phase());
    }

    /// While its columns are still its parent's.
    void attach_again(const std::string& key, const SchemaObject& object) {
        if (!changes_.altered.contains(key) || object.fact("partition of").empty()) return;
        const auto& after = *to_.find(key);
        const bool stays = object.fact("partition of") == after.fact("partition of");
        if (stays && object.fact("bound") != after.fact("bound"))
            steps_.add(
                key,
                {.sql = fmt::format("alter table {} attach partition {} {}",
                                    after.fact("partition of"), after.name, after.fact("bound")),
                 .lock = "access exclusive on the partition while it is read"},
                steps_.main_phase());
    }

    void drop_late() {
        const int phase = steps_.main_phase() + (options_.online ? 2 : 0);
        for (const auto* object : order_) {
            const auto key = object->key();
            if (changes_.rebuilt.contains(key) && object->kind != "range")
                steps_.add(key, {.sql = "drop type " + old_type_name(*object)}, phase);
            if (changes_.late.contains(key) && !goes_along(*object)) drop(*object, phase);
        }
    }

    /// Whether dropping something else takes it away.
    bool goes_along(const SchemaObject& object) const {
        if (object.kind == "foreign key") return goes_with_its_table(object);
        if (object.kind == "sequence") {
            const auto* owner = from_.find("sequence owner:" + object.name);
            return owner != nullptr && to_.find(object.key()) == nullptr &&
                   (changes_.dropped.contains("column:" + owner->fact("column")) ||
                    changes_.dropped.contains("table:" + owner->detail("table")));
        }
        // A sequence without its owner would stay when the owner goes.
        const bool is_never_apart =
            object.kind == "column" || object.kind == "comment" || object.kind == "sequence owner";
        if (drops_parts_ && !is_never_apart) return false;
        for (auto owner = object.owner; !owner.empty();) {
            if (changes_.dropped.contains(owner)) return true;
            const auto* found = from_.find(owner);
            owner = found == nullptr ? "" : found->owner;
        }
        return false;
    }

    /// Not when the table that it refers to is dropped first.
    bool goes_with_its_table(const SchemaObject& key) const {
        if (!changes_.dropped.contains(key.owner) || drops_parts_) return false;
        const auto referenced = "table:" + key.detail("references");
        if (referenced == key.owner || !changes_.dropped.contains(referenced)) return true;
        for (const auto* object : order_) {
            if (object->key() == key.owner) return true;
            if (object->key() == referenced) return false;
        }
        return true;
    }

    void drop(const SchemaObject& object, int phase) {
        Alteration change;
        const auto owner = from_.find("sequence owner:" + object.name);
        change.destructive = object.kind == "table" ||
                             (object.kind == "column" && object.fact("generated").empty()) ||
                             (object.kind == "sequence" && owner == nullptr);
        if (object.kind == "table") change.hazard = "loses the table's rows";
        if (object.kind == "column" && change.destructive)
            change.hazard = "loses what the column holds";
        if (object.kind == "sequence" && change.destructive)
            change.hazard = "loses how far the sequence has counted";
        constexpr auto locking = std::to_array<std::string_view>(
            {"table", "column", "index", "trigger", "policy", "primary key", "unique constraint",
             "check constraint", "exclusion constraint", "row security"});
        if (std::ranges::find(locking, object.kind) != locking.end())
            change.lock = "access exclusive, for a moment";
        if (object.kind == "foreign key") change.lock = "access exclusive on both, for a moment";
        for (const auto& statement : split(object.drop, statement_separator)) {
            change.sql = statement;
            steps_.add(object.key(), change, phase);
        }
    }

    void make(const SchemaObject& object) {
        const auto key = object.key();
        if (changes_.rebuilt.contains(key)) return rebuild(object);
        if (changes_.created.contains(key)) return writer_.create(object);
        if (changes_.altered.contains(key)) alter(object);
        if (changes_.retyped.contains(key))
            steps_.add(key, change_type(*from_.find(key), object, true), steps_.main_phase());
    }

    void rebuild(const SchemaObject& type) {
        if (type.kind == "range") return rebuild_range(type);
        const auto& before = *from_.find(type.key());
        const auto [schema, local] = split_last_name(old_type_name(before));
        steps_.add(type.key(), {.sql = fmt::format("alter type {} rename to {}", type.name, local)},
                   steps_.main_phase());
        steps_.add(type.key(), {.sql = type.create}, steps_.main_phase());
    }

    /// Its constructors keep their names when it is renamed, so its columns wait as text.
    void rebuild_range(const SchemaObject& type) {
        const int phase = steps_.main_phase();
        for (const auto& column : changes_.retyped) {
            const auto& object = *from_.find(column);
            const auto& needs = object.depends;
            if (std::ranges::find(needs, type.key()) == needs.end()) continue;
            steps_.add(column,
                       {.sql = fmt::format("alter table {0} alter column {1} type text using "
                                           "{1}::text",
                                           object.detail("table"), object.detail("column")),
                        .lock = "access exclusive while the table is written anew"},
                       phase);
        }
        steps_.add(type.key(), {.sql = type.drop}, phase);
        steps_.add(type.key(), {.sql = type.create}, phase);
    }

    void alter(const SchemaObject& object) {
        const auto key = object.key();
        const auto& before = *from_.find(key);
        auto alterations = alter_in_place(before, object);
        const bool sets_not_null =
            options_.online && object.kind == "column" && before.fact("not null").empty() &&
            !object.fact("not null").empty() && before.fact("identity") == object.fact("identity");
        const bool is_constraint =
            object.kind == "check constraint" || object.kind == "foreign key";
        for (auto& change : alterations.value_or(std::vector<Alteration>())) {
            int phase = writer_.phase_for(object);
            if (options_.online && change.own_phase) phase = 0;
            if (options_.online && is_constraint) ++phase;  // validated where nobody waits
            if (sets_not_null && change.sql.ends_with(" set not null"))
                writer_.set_not_null(object, change);
            else
                steps_.add(key, std::move(change), phase);
        }
    }

    const SchemaModel& from_;
    const SchemaModel& to_;
    WriterOptions options_;
    SchemaChanges changes_;
    StepList steps_;
    CreateWriter writer_;
    std::vector<const SchemaObject*> order_;  ///< of drops
    bool has_moves_ = false;                  ///< a partition gets other bounds or another parent
    bool drops_parts_ = false;                ///< each by itself, for they need each other's tables
};

}  // namespace

SchemaModel blank_schema() {
    SchemaModel model;
    SchemaObject schema;
    schema.kind = "schema";
    schema.name = "public";
    schema.create = "create schema public";
    schema.drop = "drop schema public";
    model.add(std::move(schema));
    return model;
}

std::vector<SchemaStep> plan_schema(const SchemaModel& from, const SchemaModel& to,
                                    const WriterOptions& options) {
    return Planner(from, to, options).run();
}

}  // namespace keel::postgres
