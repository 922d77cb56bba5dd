#include "ops/copy/row_pairs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/type_rules.hpp"
#include "ops/kit/table_report.hpp"

namespace keel {
namespace {

constexpr std::size_t problems_named = 12;

/// Tables that hold rows of their own: those of a partition belong to its root.
bool holds_rows(const Table& table) {
    switch (table.kind) {
        case TableKind::table:
            return true;
        case TableKind::partitioned:
            return table.options.find("partition of ") == std::string::npos;
        case TableKind::partition:
        case TableKind::foreign:
        case TableKind::virtual_table:
            return false;
    }
    return false;
}

bool is_generated(const Column& column) {
    return column.generated == "stored" || column.generated == "virtual";
}

bool is_filled_by_itself(const Column& column) {
    return column.nullable || column.default_expression || !column.generated.empty();
}

/// The one of that name; otherwise the only one that differs in case.
template <typename Named>
const Named* find_named(const std::vector<const Named*>& list, std::string_view name) {
    const Named* found = nullptr;
    for (const Named* one : list) {
        if (one->name == name) return one;
        if (!equals_ignore_case(one->name, name)) continue;
        if (found != nullptr) return nullptr;
        found = one;
    }
    return found;
}

class Pairing {
  public:
    Pairing(const Catalog& source, const Catalog& target, const PairingOptions& options)
        : source_(source), target_(target), options_(options) {}

    RowPairs run() {
        for (const auto& table : source_.tables) {
            if (!holds_rows(table)) continue;
            if (!options_.tables.empty() && !options_.tables.matches(table.schema, table.name))
                continue;
            add(table);
        }
        return std::move(pairs_);
    }

  private:
    void add(const Table& table) {
        if (options_.excluded.matches(table.schema, table.name)) {
            pairs_.excluded.push_back(shown_name(table));
            return;
        }
        const Table* counterpart = find_counterpart(table);
        if (counterpart == nullptr) {
            pairs_.not_in_target.push_back(shown_name(table));
            pairs_.missing.push_back(&table);
            return;
        }
        TablePair pair{.source = &table, .target = counterpart, .columns = {}, .key = {}};
        add_columns(pair);
        find_key(pair);
        pairs_.tables.push_back(std::move(pair));
    }

    const Table* find_counterpart(const Table& table) const {
        std::vector<const Table*> same, any;
        for (const auto& other : target_.tables) {
            if (!holds_rows(other)) continue;
            const bool is_same = options_.source == options_.target
                                     ? other.schema == table.schema
                                     : other.schema.empty() || other.schema == "public";
            if (is_same) same.push_back(&other);
            if (options_.source != options_.target) any.push_back(&other);
        }
        const bool is_home = options_.source != EngineKind::postgres || table.schema == "public" ||
                             options_.source == options_.target || is_only_one(table);
        if (!is_home) return nullptr;
        if (const auto* found = find_named(same, table.name)) return found;
        return find_named(any, table.name);
    }

    /// Whether no other schema of the source has a table of that name.
    bool is_only_one(const Table& table) const {
        return std::ranges::count_if(source_.tables, [&](const Table& other) {
                   return equals_ignore_case(other.name, table.name);
               }) == 1;
    }

    void add_columns(TablePair& pair) {
        std::vector<const Column*> places;
        for (const auto& column : pair.target->columns) places.push_back(&column);
        std::vector<const Column*> filled;
        for (const auto& column : pair.source->columns) {
            const Column* place = find_named(places, column.name);
            if (place == nullptr) {
                if (!is_generated(column))
                    problem("column {}.{} is not in the target", *pair.source, column);
                continue;
            }
            filled.push_back(place);
            if (is_generated(*place)) continue;
            if (options_.source != options_.target)
                if (const auto reason = no_rule_for(options_.source, column.type, place->type))
                    pairs_.problems.push_back(fmt::format(
                        "column {}.{} is {}, and {} in the target: {}", shown_name(*pair.source),
                        column.name, column.type, place->type, *reason));
            pair.columns.push_back({.source = &column, .target = place});
        }
        for (const auto& column : pair.target->columns) {
            if (std::ranges::find(filled, &column) != filled.end()) continue;
            if (!is_filled_by_itself(column))
                problem("column {}.{} must be filled, and is not in the source", *pair.target,
                        column);
        }
        if (pair.columns.empty())
            pairs_.problems.push_back(
                fmt::format("table {} has no column in common", shown_name(*pair.source)));
    }

    void find_key(TablePair& pair) {
        for (const auto& constraint : pair.target->constraints)
            if (constraint.kind == ConstraintKind::primary_key) pair.key = constraint.columns;
        if (!options_.needs_key) return;
        if (pair.key.empty()) {
            pairs_.problems.push_back(
                fmt::format("table {} has no primary key to merge by", shown_name(*pair.target)));
            return;
        }
        const auto columns = pair.target_columns();
        for (const auto& name : pair.key)
            if (std::ranges::find(columns, name) == columns.end())
                pairs_.problems.push_back(fmt::format("key column {}.{} is not in the source",
                                                      shown_name(*pair.target), name));
    }

    void problem(fmt::format_string<std::string, const std::string&> text, const Table& table,
                 const Column& column) {
        pairs_.problems.push_back(fmt::format(text, shown_name(table), column.name));
    }

    const Catalog& source_;
    const Catalog& target_;
    const PairingOptions& options_;
    RowPairs pairs_;
};

}  // namespace

std::vector<std::string> TablePair::source_columns() const {
    std::vector<std::string> names;
    for (const auto& pair : columns) names.push_back(pair.source->name);
    return names;
}

std::vector<std::string> TablePair::target_columns() const {
    std::vector<std::string> names;
    for (const auto& pair : columns) names.push_back(pair.target->name);
    return names;
}

bool TablePair::has_same_types() const {
    return std::ranges::all_of(columns, [](const ColumnPair& pair) {
        return equals_ignore_case(pair.source->type, pair.target->type);
    });
}

RowPairs pair_tables(const Catalog& source, const Catalog& target, const PairingOptions& options) {
    return Pairing(source, target, options).run();
}

std::vector<TableCounter> counters_for(const RowPairs& pairs,
                                       const std::vector<TableCounter>& counters) {
    std::vector<TableCounter> found;
    for (const auto& counter : counters) {
        for (const auto& pair : pairs.tables) {
            if (counter.table.name != pair.source->name) continue;
            if (!counter.table.schema.empty() && counter.table.schema != pair.source->schema)
                continue;
            for (const auto& column : pair.columns)
                if (column.source->name == counter.column)
                    found.push_back({.table = pair.target_name(),
                                     .column = column.target->name,
                                     .last = counter.last});
        }
    }
    return found;
}

std::string shown_name(const Table& table) {
    TableContent content;
    content.schema = table.schema;
    content.name = table.name;
    return table_name(content);
}

void refuse_problems(const std::vector<std::string>& problems, std::string_view hint) {
    if (problems.empty()) return;
    const auto named = std::min(problems.size(), problems_named);
    auto text = join(std::span(problems).first(named), "; ");
    if (named < problems.size()) text += fmt::format(" and {} more", problems.size() - named);
    throw Error(ErrorKind::unsupported, "the rows have no place in the target: " + text)
        .with_hint(std::string(hint));
}

}  // namespace keel
