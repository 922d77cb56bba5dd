#include "ops/copy/masks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "db/dialect.hpp"
#include "db/type_rules.hpp"
#include "ops/copy/foreign_keys.hpp"
#include "ops/copy/mask_json.hpp"
#include "ops/copy/row_pairs.hpp"

namespace keel {
namespace {

/// Not secret: it only keeps the key apart from others that are made of the same words.
constexpr Salt key_salt = [] {
    Salt salt{};
    constexpr std::string_view text = "keel masking key";
    for (std::size_t i = 0; i < salt.size(); ++i) salt[i] = static_cast<std::byte>(text[i]);
    return salt;
}();

Key key_of(const std::optional<Secret>& secret) {
    return secret ? key_from_passphrase(*secret, key_salt, {}) : random_key();
}

/// What a column holds, in the words of PostgreSQL's types on both engines.
PostgresType type_of(const Column& column, EngineKind engine) {
    return read_postgres_type(engine == EngineKind::sqlite ? postgres_type_for(column.type)
                                                           : column.type);
}

NumberLimit limit_of(const Column& column, EngineKind engine) {
    const auto type = type_of(column, engine);
    if (type.value_class != ValueClass::integer) return std::nullopt;
    return type.highest;
}

bool is_meant(const Table& table, std::string_view name) {
    return equals_ignore_case(table.name, name) ||
           equals_ignore_case(fmt::format("{}.{}", table.schema, table.name), name);
}

/// What SQLite would make of the value when it is stored.
std::string cast_to_affinity(const std::string& expression, std::string_view type) {
    switch (affinity_of(type)) {
        case Affinity::text:
            return fmt::format("cast(({}) as text)", expression);
        case Affinity::integer:
            return fmt::format("cast(({}) as integer)", expression);
        case Affinity::real:
            return fmt::format("cast(({}) as real)", expression);
        case Affinity::numeric:
        case Affinity::none:
            return fmt::format("({})", expression);
    }
    return expression;
}

struct Change {
    std::size_t at = 0;
    const MaskRule* rule = nullptr;
    NumberLimit limit = {};
};

class Transform final : public RowTransform {
  public:
    Transform(std::vector<Change> changes, const ValueMasker& masker,
              std::unique_ptr<RowTransform> filter)
        : changes_(std::move(changes)), masker_(masker), filter_(std::move(filter)) {}

    bool apply(RowEditor& row) override {
        if (filter_ && !filter_->apply(row)) return false;
        for (const auto& change : changes_) {
            if (row.is_null(change.at)) continue;
            if (change.rule->kind == MaskKind::json) {
                row.set(change.at, mask_json(row.text(change.at), *change.rule, masker_));
            } else if (const auto value =
                           masker_.apply(*change.rule, row.text(change.at), change.limit)) {
                row.set(change.at, *value);
            } else {
                row.set_null(change.at);
            }
        }
        return true;
    }
    bool uses(std::size_t column) const override {
        if (filter_ && filter_->uses(column)) return true;
        return std::ranges::any_of(changes_, [&](const Change& change) {
            return change.at == column && change.rule->kind != MaskKind::null_value;
        });
    }

  private:
    std::vector<Change> changes_;
    const ValueMasker& masker_;
    std::unique_ptr<RowTransform> filter_;
};

/// Why a masker cannot be for a column, or empty.
std::string_view misfit(MaskKind kind, const Column& column, const PostgresType& type,
                        EngineKind engine) {
    const bool is_text = type.value_class == ValueClass::text ||
                         (engine == EngineKind::sqlite && column.type.empty());
    const bool is_number =
        type.value_class == ValueClass::integer || type.value_class == ValueClass::numeric;
    if (!column.generated.empty() && !column.generated.starts_with("identity"))
        return "it is generated from others";
    switch (kind) {
        case MaskKind::email:
            if (!is_text) return "it holds no text";
            return type.characters.value_or(25) < 25 ? "it is shorter than 25 characters" : "";
        case MaskKind::name:
        case MaskKind::address:
        case MaskKind::text:
            return is_text ? "" : "it holds no text";
        case MaskKind::phone:
        case MaskKind::digits:
            return is_text || is_number ? "" : "it holds neither text nor numbers";
        case MaskKind::hash:
            if (!is_text && type.value_class != ValueClass::uuid) return "it holds no text";
            return type.characters.value_or(32) < 32 ? "it is shorter than 32 characters" : "";
        case MaskKind::json:
            return is_text || type.value_class == ValueClass::json ? "" : "it holds no JSON";
        case MaskKind::null_value:
            return column.nullable ? "" : "it may not be null";
        case MaskKind::fixed:
        case MaskKind::keep:
        case MaskKind::sql:
            break;
    }
    return {};
}

}  // namespace

Masks::Masks(const MaskSettings& settings, const Catalog& catalog, const Engine& engine)
    : settings_(settings),
      catalog_(catalog),
      engine_(engine),
      masker_(key_of(settings.key)),
      has_key_(settings.key.has_value()) {
    for (const auto& column : settings_.columns) place(column);
    for (const auto& each : places_) {
        if (each.rule->kind == MaskKind::keep) continue;
        changes_ = true;
        check_type(each);
        check_unique(each);
    }
    check_foreign_keys();
}

void Masks::place(const MaskedColumn& masked) {
    bool is_there = false;
    std::vector<std::string> tables, columns;
    for (const auto& table : catalog_.tables) {
        tables.push_back(shown_name(table));
        if (!is_meant(table, masked.table)) continue;
        is_there = true;
        const auto found = std::ranges::find_if(table.columns, [&](const Column& column) {
            return equals_ignore_case(column.name, masked.column);
        });
        if (found != table.columns.end())
            return places_.push_back({&table, &*found, &masked.rule, masked.where});
        for (const auto& column : table.columns) columns.push_back(column.name);
    }
    const auto what =
        is_there ? fmt::format("column '{}.{}'{}", masked.table, masked.column,
                               did_you_mean(masked.column, columns))
                 : fmt::format("table '{}'{}", masked.table, did_you_mean(masked.table, tables));
    throw Error(ErrorKind::config,
                fmt::format("[mask] names what the source does not have: {}", what))
        .at(masked.where)
        .with_hint("correct the rule, or take it out");
}

void Masks::check_type(const Place& place) const {
    const Column& column = *place.column;
    const std::string_view why =
        misfit(place.rule->kind, column, type_of(column, engine_.kind()), engine_.kind());
    if (why.empty()) return;
    throw Error(ErrorKind::config,
                fmt::format("the masker '{}' does not fit column {}.{} ({}): {}",
                            to_string(place.rule->kind), shown_name(*place.table), column.name,
                            column.type, why))
        .at(place.where)
        .with_hint("maskers: docs/reference/masking.md");
}

void Masks::check_unique(const Place& place) const {
    if (place.rule->kind != MaskKind::fixed) return;
    for (const auto& index : place.table->indexes) {
        if (!index.unique || index.columns != std::vector{place.column->name}) continue;
        throw Error(ErrorKind::config,
                    fmt::format("the masker 'fixed' gives every row of {}.{} the same value, which "
                                "must be unique",
                                shown_name(*place.table), place.column->name))
            .at(place.where)
            .with_hint("maskers that keep values different: email, name, text, digits, hash");
    }
}

/// What refers to each other is masked alike, or the references would lead nowhere.
void Masks::check_foreign_keys() const {
    static const MaskRule keep;
    for (const auto& key : foreign_keys_of(catalog_)) {
        for (std::size_t i = 0; i < key.parent_columns.size(); ++i) {
            const auto* child =
                find(key.child->schema, key.child->name, key.constraint->columns[i]);
            const auto* parent = find(key.parent->schema, key.parent->name, key.parent_columns[i]);
            const auto& child_rule = child != nullptr ? *child->rule : keep;
            const auto& parent_rule = parent != nullptr ? *parent->rule : keep;
            if (child_rule == parent_rule || child_rule.kind == MaskKind::null_value) continue;
            throw Error(
                ErrorKind::config,
                fmt::format("{} leads nowhere when one side is masked by '{}' and the "
                            "other by '{}'",
                            key.shown(), to_string(child_rule.kind), to_string(parent_rule.kind)))
                .at(child != nullptr ? child->where : parent->where)
                .with_hint("give both columns the same masker");
        }
    }
}

const Masks::Place* Masks::find(std::string_view schema, std::string_view table,
                                std::string_view column) const {
    if (places_.empty()) return nullptr;
    // Rules are a partitioned table's; its rows come partition by partition.
    const Table* found = nullptr;
    for (const auto& one : catalog_.tables)
        if (one.schema == schema && equals_ignore_case(one.name, table)) found = &one;
    const Table* root = found == nullptr ? nullptr : root_of(catalog_, found);
    for (const auto& place : places_)
        if ((place.table == root || place.table == found) &&
            equals_ignore_case(place.column->name, column))
            return &place;
    return nullptr;
}

const MaskRule* Masks::rule(const Table& table, const Column& column) const {
    const auto* place = find(table.schema, table.name, column.name);
    return place == nullptr ? nullptr : place->rule;
}

std::unique_ptr<RowTransform> Masks::for_table(std::string_view schema, std::string_view table,
                                               const std::vector<std::string>& columns) const {
    auto filter = choice_ == nullptr ? nullptr : choice_->filter(schema, table, columns);
    std::vector<Change> changes;
    bool is_needed = filter != nullptr;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto* place = find(schema, table, columns[i]);
        if (place == nullptr || place->rule->kind == MaskKind::keep) continue;
        is_needed = true;
        if (!expression(schema, table, columns[i]).empty()) continue;
        changes.push_back({i, place->rule, limit_of(*place->column, engine_.kind())});
    }
    if (!is_needed) return nullptr;
    return std::make_unique<Transform>(std::move(changes), masker_, std::move(filter));
}

std::string Masks::expression(std::string_view schema, std::string_view table,
                              std::string_view column) const {
    const auto* place = find(schema, table, column);
    if (place == nullptr) return {};
    const auto& dialect = engine_.dialect();
    if (place->rule->kind == MaskKind::sql) {
        // Written anew by the server in the form of the column's own type.
        return engine_.kind() == EngineKind::postgres
                   ? fmt::format("({})::{}", place->rule->text, place->column->type)
                   : cast_to_affinity(place->rule->text, place->column->type);
    }
    if (place->rule->kind == MaskKind::fixed && engine_.kind() == EngineKind::postgres)
        return fmt::format("(case when {} is not null then {}::{} end)",
                           dialect.quote(place->column->name), dialect.literal(place->rule->text),
                           place->column->type);
    return {};
}

std::vector<Masks::Applied> Masks::applied() const {
    std::vector<Applied> list;
    for (const auto& place : places_)
        list.push_back({shown_name(*place.table), place.column->name, place.rule->shown()});
    return list;
}

}  // namespace keel
