#include "engines/postgres/schema_steps.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "engines/postgres/quote.hpp"

namespace keel::postgres {
namespace {

constexpr const char* brief = "access exclusive, for a moment";

int next_even(int phase) {
    return phase + phase % 2;
}
int next_odd(int phase) {
    return phase + 1 - phase % 2;
}

bool is_key(const SchemaObject& object) {
    return object.kind == "primary key" || object.kind == "unique constraint";
}

bool is_constraint(const SchemaObject& object) {
    return is_key(object) || object.kind == "check constraint" || object.kind == "foreign key" ||
           object.kind == "exclusion constraint";
}

int position_of(const SchemaObject& column) {
    return static_cast<int>(parse_unsigned(column.detail("position")).value_or(0));
}

std::string lock_of(const SchemaObject& object) {
    const auto& kind = object.kind;
    if (kind == "index") return "share while it is built: rows cannot be written";
    if (is_key(object) || kind == "exclusion constraint" || kind == "check constraint")
        return "access exclusive while the table is read";
    if (kind == "foreign key") return "share row exclusive on both tables while one is read";
    if (kind == "trigger") return "share row exclusive, for a moment";
    if (kind == "policy" || kind == "row security" || kind == "rule") return brief;
    return "";
}

}  // namespace

void StepList::add(const std::string& object, Alteration change, int phase) {
    // In one transaction nothing is left to a later phase.
    steps_.push_back({.sql = std::move(change.sql),
                      .object = object,
                      .destructive = change.destructive,
                      .hazard = std::move(change.hazard),
                      .lock = std::move(change.lock),
                      .phase = online_ ? phase : 0,
                      .transaction = !online_ || phase % 2 == 0});
}

std::vector<SchemaStep> StepList::take() {
    std::ranges::stable_sort(steps_, {}, &SchemaStep::phase);
    int number = -1;
    int last = -1;
    for (auto& step : steps_) {
        if (step.phase != last) ++number;
        last = step.phase;
        step.phase = number;
    }
    return std::move(steps_);
}

CreateWriter::CreateWriter(const SchemaModel& from, const SchemaModel& to,
                           const SchemaChanges& changes, const WriterOptions& options,
                           StepList& steps)
    : from_(from), to_(to), changes_(changes), options_(options), steps_(steps) {
    for (const auto& [key, object] : to.objects) parts_.emplace(object.owner, &object);
}

void CreateWriter::create(const SchemaObject& object) {
    const auto key = object.key();
    if (!written_.insert(key).second) return;
    if (object.kind == "table") return create_table(object);
    if (object.kind == "column") return add_column(object);
    if (object.kind == "index") return create_index(object);
    if (is_constraint(object)) return add_constraint(object);
    create_other(object);
}

bool CreateWriter::is_new(const std::string& key) const {
    return changes_.created.contains(key) && !written_.contains(key);
}

/// Whether it is made on a table that others may be using.
bool CreateWriter::is_on_old_table(const SchemaObject& object) const {
    const auto* table = to_.find(object.owner);
    return table != nullptr && from_.find(object.owner) != nullptr &&
           !changes_.created.contains(object.owner);
}

int CreateWriter::phase_for(const SchemaObject& object) const {
    int phase = steps_.main_phase();
    for (const auto& need : object.depends) {
        const auto found = phases_.find(need);
        if (found != phases_.end()) phase = std::max(phase, found->second);
    }
    return next_even(phase);
}

bool CreateWriter::can_be_inline(const SchemaObject& object, const std::string& table) const {
    if (phase_for(object) != steps_.main_phase()) return false;
    return std::ranges::none_of(object.depends, [&](const std::string& need) {
        const auto* found = to_.find(need);
        const bool is_own = need == table || (found != nullptr && found->owner == table);
        return !is_own && is_new(need);
    });
}

std::string CreateWriter::default_clause(const SchemaObject& column) {
    const auto* value = to_.find("default:" + column.name);
    if (value == nullptr || !is_new(value->key())) return {};
    if (!can_be_inline(*value, column.owner)) return {};
    written_.insert(value->key());
    return " default " + value->fact("expression");
}

std::vector<std::string> CreateWriter::table_items(const SchemaObject& table) {
    const auto key = table.key();
    std::vector<const SchemaObject*> columns;
    std::vector<const SchemaObject*> constraints;
    const auto [begin, end] = parts_.equal_range(key);
    for (auto part = begin; part != end; ++part) {
        const auto& object = *part->second;
        if (object.kind == "column") columns.push_back(&object);
        // CREATE TABLE takes a constraint for checked, whatever it says.
        const bool is_check =
            object.kind == "check constraint" && !object.create.ends_with(" NOT VALID");
        const bool may_be_inline = is_check || (options_.inline_keys && is_key(object));
        const bool is_partition = !table.fact("partition of").empty();
        if (may_be_inline && !is_partition && can_be_inline(object, key))
            constraints.push_back(&object);
    }
    std::ranges::sort(columns, {}, [](const auto* column) { return position_of(*column); });
    std::vector<std::string> items;
    for (const auto* column : columns) {
        items.push_back(column_definition(*column, default_clause(*column)));
        written_.insert(column->key());
    }
    std::ranges::stable_partition(constraints,
                                  [](const auto* object) { return object->kind == "primary key"; });
    for (const auto* constraint : constraints) {
        items.push_back(fmt::format("constraint {} {}", constraint->detail("constraint"),
                                    constraint->fact("definition")));
        written_.insert(constraint->key());
    }
    return items;
}

void CreateWriter::create_table(const SchemaObject& table) {
    const auto items = table_items(table);
    std::string sql = fmt::format("create {}table {}",
                                  table.fact("persistence").empty() ? "" : "unlogged ", table.name);
    if (!table.fact("partition of").empty())
        sql += fmt::format("\n    partition of {} {}", table.fact("partition of"),
                           table.fact("bound"));
    else if (!table.fact("of type").empty())
        sql += " of " + table.fact("of type");
    else if (items.empty())
        sql += " ()";
    else
        sql += fmt::format(" (\n    {}\n)", join(items, ",\n    "));
    if (!table.fact("inherits").empty())
        sql += fmt::format(" inherits ({})", table.fact("inherits"));
    if (!table.fact("partition by").empty()) sql += " partition by " + table.fact("partition by");
    if (!table.fact("access method").empty()) sql += " using " + table.fact("access method");
    if (!table.fact("options").empty()) sql += fmt::format(" with ({})", table.fact("options"));
    const int phase = phase_for(table);
    add(table, {.sql = std::move(sql)}, phase);
    const auto [begin, end] = parts_.equal_range(table.key());
    for (auto part = begin; part != end; ++part) {
        if (part->second->kind != "column") continue;
        for (auto& extra : column_extras(*part->second)) add(table, {.sql = extra}, phase);
    }
}

void CreateWriter::add_column(const SchemaObject& column) {
    const auto clause = default_clause(column);
    const int phase = phase_for(column);
    Alteration change{.sql = fmt::format("alter table {} add column {}", column.detail("table"),
                                         column_definition(column, clause))};
    const bool computes = !column.fact("identity").empty() || !column.fact("generated").empty();
    const bool may_compute = clause.find('(') != std::string::npos && clause != " default now()";
    change.lock = computes ? "access exclusive while the table is written anew"
                  : may_compute
                      ? "access exclusive, while the table is written anew if the default "
                        "differs from row to row"
                      : brief;
    if (!column.fact("not null").empty() && clause.empty() && !computes)
        change.hazard = "fails where the table has rows";
    add(column, std::move(change), phase);
    for (auto& extra : column_extras(column)) add(column, {.sql = extra, .lock = brief}, phase);
}

void CreateWriter::create_index(const SchemaObject& index) {
    const bool is_old = is_on_old_table(index);
    int phase = phase_for(index);
    Alteration change{.sql = index.create, .lock = is_old ? lock_of(index) : ""};
    if (is_old && options_.online && index.detail("partitioned").empty()) {
        phase = next_odd(phase);
        const std::string word = " INDEX ";
        change.sql = index.create;
        change.sql.replace(change.sql.find(word), word.size(), " INDEX CONCURRENTLY ");
        change.lock = "share update exclusive: rows are read and written meanwhile";
    }
    if (is_old && !index.detail("unique").empty()) change.hazard = "fails where values are double";
    add(index, std::move(change), phase);
}

void CreateWriter::add_constraint(const SchemaObject& constraint) {
    const bool is_old = is_on_old_table(constraint);
    const int phase = phase_for(constraint);
    Alteration change{.sql = constraint.create, .lock = is_old ? lock_of(constraint) : ""};
    if (is_old && is_key(constraint)) change.hazard = "fails where values are double";
    if (is_old && !is_key(constraint)) change.hazard = "fails where rows break it";
    const auto* table = to_.find(constraint.owner);
    const bool is_partitioned = table != nullptr && table->fact("kind") == "partitioned";
    const bool is_online = is_old && options_.online && !is_partitioned;
    const bool is_open = constraint.create.ends_with(" NOT VALID");
    if (is_online && is_key(constraint)) return add_key_by_index(constraint);
    const bool can_wait = constraint.kind == "foreign key" || constraint.kind == "check constraint";
    if (!is_online || !can_wait || is_open) return add(constraint, std::move(change), phase);
    add(constraint,
        {.sql = constraint.create + " NOT VALID",
         .lock = constraint.kind == "foreign key" ? "share row exclusive on both tables, for a "
                                                    "moment"
                                                  : brief},
        phase);
    steps_.add(constraint.key(),
               {.sql = fmt::format("alter table {} validate constraint {}",
                                   constraint.detail("table"), constraint.detail("constraint")),
                .lock = "share update exclusive: rows are read and written meanwhile",
                .hazard = "fails where rows break it"},
               phase + 1);
}

/// The index is built while the table is in use, and only then taken for the constraint's.
void CreateWriter::add_key_by_index(const SchemaObject& constraint) {
    const int phase = next_odd(phase_for(constraint));
    auto index = constraint.detail("index");
    const std::string word = " INDEX ";
    index.replace(index.find(word), word.size(), " INDEX CONCURRENTLY ");
    steps_.add(constraint.key(),
               {.sql = std::move(index),
                .lock = "share update exclusive: rows are read and written meanwhile",
                .hazard = "fails where values are double"},
               phase);
    std::string rest;
    const auto& definition = constraint.fact("definition");
    const auto deferrable = definition.find(" DEFERRABLE");
    if (deferrable != std::string::npos) rest = definition.substr(deferrable);
    add(constraint,
        {.sql = fmt::format("alter table {} add constraint {} {} using index {}{}",
                            constraint.detail("table"), constraint.detail("constraint"),
                            constraint.kind == "primary key" ? "primary key" : "unique",
                            constraint.detail("constraint"), rest),
         .lock = brief},
        phase + 1);
}

void CreateWriter::set_not_null(const SchemaObject& column, const Alteration& change) {
    const int phase = steps_.main_phase();
    const auto key = column.key();
    const auto table = column.detail("table");
    const auto name = quote_identifier("keel_not_null_" + std::to_string(position_of(column)));
    steps_.add(
        key,
        {.sql = fmt::format("alter table {} add constraint {} check ({} is not null) not valid",
                            table, name, column.detail("column")),
         .lock = brief},
        phase);
    steps_.add(key,
               {.sql = fmt::format("alter table {} validate constraint {}", table, name),
                .lock = "share update exclusive: rows are read and written meanwhile",
                .hazard = change.hazard},
               phase + 1);
    steps_.add(key, {.sql = change.sql, .lock = brief}, phase + 2);
    steps_.add(
        key, {.sql = fmt::format("alter table {} drop constraint {}", table, name), .lock = brief},
        phase + 2);
    phases_[key] = phase + 2;
}

void CreateWriter::create_other(const SchemaObject& object) {
    const int phase = phase_for(object);
    const auto lock = is_on_old_table(object) ? lock_of(object) : "";
    for (const auto& statement : split(object.create, statement_separator))
        add(object, {.sql = statement, .lock = lock}, phase);
}

void CreateWriter::add(const SchemaObject& object, Alteration change, int phase) {
    if (phase != steps_.main_phase()) phases_[object.key()] = phase;
    steps_.add(object.key(), std::move(change), phase);
}

}  // namespace keel::postgres
