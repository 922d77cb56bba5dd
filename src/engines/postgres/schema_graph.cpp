#include "engines/postgres/schema_graph.hpp"

#include <algorithm>
#include <array>

namespace keel::postgres {
namespace {

constexpr auto ranks = std::to_array<std::string_view>({"schema",
                                                        "extension",
                                                        "collation",
                                                        "enum",
                                                        "domain",
                                                        "domain constraint",
                                                        "composite type",
                                                        "range",
                                                        "sequence",
                                                        "table",
                                                        "column",
                                                        "default",
                                                        "sequence owner",
                                                        "primary key",
                                                        "unique constraint",
                                                        "check constraint",
                                                        "exclusion constraint",
                                                        "function",
                                                        "procedure",
                                                        "aggregate",
                                                        "cast",
                                                        "view",
                                                        "materialized view",
                                                        "index",
                                                        "foreign key",
                                                        "statistics",
                                                        "cluster mark",
                                                        "replica identity",
                                                        "trigger",
                                                        "rule",
                                                        "policy",
                                                        "row security",
                                                        "event trigger",
                                                        "default privilege",
                                                        "privilege",
                                                        "comment"});

class Walk {
  public:
    Walk(const SchemaModel& model, const MoreNeeds& extra, bool uses_extra)
        : model_(model), extra_(extra), uses_extra_(uses_extra) {
        for (const auto& [key, object] : model.objects) {
            roots_.push_back(&object);
            if (object.kind == "column") columns_.emplace(object.owner, &object);
        }
        std::ranges::stable_sort(roots_, by_rank);
    }

    std::vector<const SchemaObject*> run() {
        for (const auto* object : roots_) visit(*object);
        return std::move(order_);
    }
    bool found_circle() const noexcept { return found_circle_; }

  private:
    static bool by_rank(const SchemaObject* left, const SchemaObject* right) {
        const int a = rank_of(left->kind);
        const int b = rank_of(right->kind);
        return a != b ? a < b : left->name < right->name;
    }

    void visit(const SchemaObject& object) {
        const auto key = object.key();
        if (done_.contains(key)) return;
        if (!open_.insert(key).second) {
            found_circle_ = true;
            return;
        }
        std::vector<const SchemaObject*> needs;
        const auto add = [&](const std::vector<std::string>& keys) {
            for (const auto& other : keys)
                if (const auto* found = model_.find(other)) needs.push_back(found);
        };
        add(object.depends);
        if (object.kind == "table") add_needs_of_columns(object, needs);
        if (uses_extra_ && extra_) add(extra_(object));
        std::ranges::stable_sort(needs, by_rank);
        for (const auto* need : needs) visit(*need);
        open_.erase(key);
        done_.insert(key);
        order_.push_back(&object);
    }

    /// A table comes and goes with its columns, so what they need, it needs; and a partition or
    /// child is made with its parent's columns.
    void add_needs_of_columns(const SchemaObject& table,
                              std::vector<const SchemaObject*>& needs) const {
        const auto key = table.key();
        const auto [begin, end] = columns_.equal_range(key);
        for (auto column = begin; column != end; ++column) {
            for (const auto& other : column->second->depends) {
                const auto* found = model_.find(other);
                if (found != nullptr && other != key && found->owner != key) needs.push_back(found);
            }
        }
        for (const auto& parent : table.depends) {
            if (!parent.starts_with("table:")) continue;
            const auto [first, last] = columns_.equal_range(parent);
            for (auto column = first; column != last; ++column) needs.push_back(column->second);
        }
    }

    const SchemaModel& model_;
    const MoreNeeds& extra_;
    bool uses_extra_;
    bool found_circle_ = false;
    std::vector<const SchemaObject*> roots_;
    std::multimap<std::string, const SchemaObject*> columns_;
    std::vector<const SchemaObject*> order_;
    std::set<std::string> open_;
    std::set<std::string> done_;
};

}  // namespace

int rank_of(std::string_view kind) noexcept {
    return static_cast<int>(std::ranges::find(ranks, kind) - ranks.begin());
}

SchemaOrder in_order(const SchemaModel& model, const MoreNeeds& extra) {
    Walk walk(model, extra, true);
    auto order = walk.run();
    if (!walk.found_circle() || !extra) return {.objects = std::move(order)};
    return {.objects = Walk(model, extra, false).run(), .without_extra = true};
}

std::multimap<std::string, std::string> dependents_of(const SchemaModel& model) {
    std::multimap<std::string, std::string> dependents;
    for (const auto& [key, object] : model.objects)
        for (const auto& need : object.depends) dependents.emplace(need, key);
    return dependents;
}

}  // namespace keel::postgres
