#include "ops/copy/schema_losses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::string_view table_prefix = "table:";

class Losses {
  public:
    Losses(Connection& connection, const SchemaModel& now, const ProvenPlan& plan)
        : connection_(connection), now_(now), plan_(plan) {}

    std::vector<std::string> find() {
        for (const auto& difference : plan_.differences) {
            if (difference.action != SchemaAction::drop) continue;
            if (difference.kind == "table" || difference.kind == "virtual table")
                look_at_table(difference);
            if (difference.kind == "column") look_at_column(difference);
        }
        for (const auto& phase : plan_.phases)
            for (const auto& step : phase.up) look_at_step(step);
        return std::move(losses_);
    }

  private:
    void look_at_table(const SchemaDifference& difference) {
        explained_.insert("table:" + difference.name);
        explained_.insert("virtual table:" + difference.name);
        const auto rows = static_cast<std::uint64_t>(
            connection_.query_integer("select count(*) from " + difference.name));
        if (rows > 0)
            losses_.push_back(
                fmt::format("table {} goes: {}", difference.name, count_of(rows, "row")));
    }

    void look_at_column(const SchemaDifference& difference) {
        const auto* column = now_.find("column:" + difference.name);
        if (column == nullptr || !column->owner.starts_with(table_prefix)) return;
        const auto table = column->owner.substr(table_prefix.size());
        explained_.insert("column:" + difference.name);
        explained_.insert(column->owner);  // SQLite makes such a table anew
        const auto name = difference.name.substr(table.size() + 1);
        const auto values = static_cast<std::uint64_t>(
            connection_.query_integer(fmt::format("select count({}) from {}", name, table)));
        if (values > 0)
            losses_.push_back(
                fmt::format("column {} goes: {}", difference.name, count_of(values, "value")));
    }

    /// What is destructive in another way, where there are rows to lose.
    void look_at_step(const SchemaStep& step) {
        if (!step.destructive || explained_.contains(step.object)) return;
        if (step.object.starts_with("sequence:") || !may_hold_rows(step.object)) return;
        losses_.push_back(fmt::format("{}: {}", replace_all(step.object, ":", " "),
                                      step.hazard.empty() ? "loses something" : step.hazard));
    }

    bool may_hold_rows(const std::string& key) {
        const auto* object = now_.find(key);
        if (object == nullptr) return true;
        const auto& table = object->kind == "column" ? object->owner : key;
        if (!table.starts_with(table_prefix)) return true;
        return connection_
            .query_text(fmt::format("select 1 from {} limit 1", table.substr(table_prefix.size())))
            .has_value();
    }

    Connection& connection_;
    const SchemaModel& now_;
    const ProvenPlan& plan_;
    std::set<std::string> explained_;
    std::vector<std::string> losses_;
};

}  // namespace

std::vector<std::string> find_losses(Connection& connection, const SchemaModel& now,
                                     const ProvenPlan& plan) {
    return Losses(connection, now, plan).find();
}

}  // namespace keel
