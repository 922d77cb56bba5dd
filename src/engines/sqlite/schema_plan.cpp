#include "engines/sqlite/schema_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "engines/sqlite/dialect.hpp"
#include "engines/sqlite/schema_table.hpp"

namespace keel::sqlite {
namespace {

constexpr auto making_order =
    std::to_array<std::string_view>({"table", "virtual table", "index", "view", "trigger"});

class Planner {
  public:
    Planner(const SchemaModel& from, const SchemaModel& to) : from_(from), to_(to) {}

    std::vector<SchemaStep> run() {
        sort_tables();
        take_away_users();
        for (auto kind = making_order.rbegin(); kind != making_order.rend(); ++kind) drop(*kind);
        for (const auto& key : altered_) alter(*from_.find(key), *to_.find(key));
        for (const auto& key : rebuilt_) {
            auto steps = rebuild_statements(*from_.find(key), *to_.find(key));
            std::ranges::move(steps, std::back_inserter(steps_));
        }
        for (const auto kind : making_order) make(kind);
        return std::move(steps_);
    }

  private:
    using Columns = std::vector<const SchemaObject*>;

    static Columns columns_of(const SchemaModel& model, const SchemaObject& table) {
        Columns columns;
        const auto text = read_table_text(table.create);
        for (const auto& column : text.columns) {
            const auto key = fmt::format("column:{}.{}", table.name, to_lower(column.name));
            if (const auto* found = model.find(key)) columns.push_back(found);
        }
        return columns;
    }

    void sort_tables() {
        for (const auto& [key, table] : from_.objects) {
            const auto* other = to_.find(key);
            if (table.kind != "table" || other == nullptr) continue;
            if (!differs(table, *other)) continue;
            (can_be_altered(table, *other) ? altered_ : rebuilt_).insert(key);
        }
    }

    bool differs(const SchemaObject& before, const SchemaObject& after) const {
        if (before.facts != after.facts) return true;
        const auto old_columns = columns_of(from_, before);
        const auto new_columns = columns_of(to_, after);
        if (old_columns.size() != new_columns.size()) return true;
        return std::ranges::any_of(old_columns, [&](const auto* column) {
            const auto* other = to_.find(column->key());
            return other == nullptr || other->facts != column->facts;
        });
    }

    bool can_be_altered(const SchemaObject& before, const SchemaObject& after) const {
        if (before.facts != after.facts) return false;
        const auto new_columns = columns_of(to_, after);
        for (const auto* column : columns_of(from_, before)) {
            const auto* other = to_.find(column->key());
            if (other != nullptr && other->facts != column->facts) return false;
            if (other == nullptr && !can_be_dropped(*column, before)) return false;
        }
        return std::ranges::all_of(new_columns, [&](const auto* column) {
            return from_.find(column->key()) != nullptr || can_be_added(column->fact("definition"));
        });
    }

    /// DROP COLUMN wants it named nowhere else in the table.
    bool can_be_dropped(const SchemaObject& column, const SchemaObject& table) const {
        const auto name = column.detail("name");
        for (const char* word : {"primary", "unique", "references"})
            if (mentions(words_of(column.fact("definition")), word)) return false;
        if (mentions(words_of(table.fact("constraints")), name)) return false;
        const auto columns = columns_of(from_, table);
        return columns.size() > 1 && std::ranges::none_of(columns, [&](const auto* other) {
                   return other != &column && mentions(words_of(other->fact("definition")), name);
               });
    }

    /// Views and triggers that name a table that is made anew, or something that goes: SQLite
    /// renames no table while one of them names what is not there.
    void take_away_users() {
        std::set<std::string> names;
        for (const auto& key : rebuilt_) names.insert(from_.find(key)->name);
        for (const auto& [key, object] : from_.objects) {
            const bool is_named = object.kind == "view" || object.kind.ends_with("table");
            if (is_named && is_dropped(object)) names.insert(object.name);
        }
        for (bool grows = !names.empty(); grows;) {
            grows = false;
            for (const auto& [key, object] : from_.objects) {
                if (object.kind != "view" && object.kind != "trigger") continue;
                if (away_.contains(key) || !mentions_any(object, names)) continue;
                away_.insert(key);
                if (object.kind == "view") names.insert(object.name);
                grows = true;
            }
        }
    }

    static bool mentions_any(const SchemaObject& object, const std::set<std::string>& names) {
        const auto words = words_of(object.create);
        return std::ranges::any_of(names,
                                   [&](const std::string& name) { return mentions(words, name); });
    }

    /// Whether it goes together with its table or view.
    bool goes_along(const SchemaObject& object) const {
        if (object.owner.empty()) return false;
        const auto* owner = from_.find(object.owner);
        if (owner == nullptr) return false;
        return rebuilt_.contains(object.owner) || is_dropped(*owner);
    }

    bool is_dropped(const SchemaObject& object) const {
        const auto key = object.key();
        const auto* other = to_.find(key);
        if (other == nullptr || away_.contains(key)) return true;
        return object.kind != "table" && object.kind != "column" && other->facts != object.facts;
    }

    void drop(std::string_view kind) {
        for (const auto& [key, object] : from_.objects) {
            if (object.kind != kind || !is_dropped(object) || goes_along(object)) continue;
            SchemaStep step{.sql = object.drop, .object = key};
            step.destructive = kind == "table" || kind == "virtual table";
            if (step.destructive) step.hazard = "loses the table's rows";
            steps_.push_back(std::move(step));
        }
    }

    void alter(const SchemaObject& before, const SchemaObject& after) {
        const auto table = quote_name(after.detail("name"));
        for (const auto* column : columns_of(from_, before)) {
            if (to_.find(column->key()) != nullptr) continue;
            steps_.push_back({.sql = fmt::format("alter table {} drop column {}", table,
                                                 quote_name(column->detail("name"))),
                              .object = column->key(),
                              .destructive = true,
                              .hazard = "loses what the column holds"});
        }
        for (const auto* column : columns_of(to_, after)) {
            if (from_.find(column->key()) != nullptr) continue;
            steps_.push_back(
                {.sql = fmt::format("alter table {} add column {}", table, column->detail("text")),
                 .object = column->key()});
        }
    }

    void make(std::string_view kind) {
        for (const auto& [key, object] : to_.objects) {
            if (object.kind != kind) continue;
            const auto* before = from_.find(key);
            const bool is_there = before != nullptr && !is_dropped(*before) && !goes_along(*before);
            if (!is_there && !rebuilt_.contains(key))
                steps_.push_back({.sql = object.create, .object = key});
        }
    }

    const SchemaModel& from_;
    const SchemaModel& to_;
    std::set<std::string> altered_;
    std::set<std::string> rebuilt_;
    std::set<std::string> away_;
    std::vector<SchemaStep> steps_;
};

}  // namespace

std::vector<SchemaStep> plan_schema(const SchemaModel& from, const SchemaModel& to) {
    return Planner(from, to).run();
}

}  // namespace keel::sqlite
