#include "model/catalog.hpp"

#include <algorithm>

#include "base/digest.hpp"

namespace keel {

namespace {

/// Feeds values to a digest so that no two different sequences of values look alike: every text
/// goes in with its length before it, every list with its count.
class Fingerprint {
  public:
    void add(std::string_view text) {
        digest_.update(std::to_string(text.size()));
        digest_.update(":");
        digest_.update(text);
    }
    void add(bool value) { digest_.update(value ? "+" : "-"); }
    void add(const std::optional<std::string>& text) {
        add(text.has_value());
        if (text) add(std::string_view(*text));
    }
    template <typename T>
    void add(const std::vector<T>& items) {
        digest_.update(std::to_string(items.size()));
        digest_.update("#");
        for (const auto& item : items) add(item);
    }
    void add(const std::string& text) { add(std::string_view(text)); }

    // A column's position is its place in the list; the engine's own number has gaps after a
    // dropped column.
    void add(const Column& column) {
        add(column.name);
        add(column.type);
        add(column.nullable);
        add(column.default_expression);
        add(column.generated);
        add(column.collation);
    }
    void add(const Index& index) {
        add(index.name);
        add(index.table);
        add(index.definition);
        add(index.columns);
        add(index.unique);
        add(index.primary);
        add(index.valid);
    }
    void add(const Constraint& constraint) {
        add(constraint.name);
        add(to_string(constraint.kind));
        add(constraint.definition);
        add(constraint.columns);
        add(constraint.referenced_table);
        add(constraint.referenced_columns);
        add(constraint.validated);
    }
    void add(const Trigger& trigger) {
        add(trigger.name);
        add(trigger.table);
        add(trigger.definition);
        add(trigger.enabled);
    }
    void add(const Table& table) {
        add(table.schema);
        add(table.name);
        add(to_string(table.kind));
        add(table.columns);
        add(table.indexes);
        add(table.constraints);
        add(table.triggers);
        add(table.options);
        add(table.comment);
    }
    void add(const View& view) {
        add(view.schema);
        add(view.name);
        add(view.definition);
        add(view.materialized);
        add(view.triggers);
    }
    void add(const Routine& routine) {
        add(routine.schema);
        add(routine.name);
        add(routine.signature);
        add(routine.kind);
        add(routine.definition);
    }

    std::string finish() { return digest_.finish_hex(); }

  private:
    Digest digest_;
};

}  // namespace

std::string_view to_string(ConstraintKind kind) noexcept {
    switch (kind) {
        case ConstraintKind::primary_key:
            return "primary key";
        case ConstraintKind::unique:
            return "unique";
        case ConstraintKind::foreign_key:
            return "foreign key";
        case ConstraintKind::check:
            return "check";
        case ConstraintKind::exclusion:
            return "exclusion";
        case ConstraintKind::not_null:
            return "not null";
    }
    return "";
}

std::string_view to_string(TableKind kind) noexcept {
    switch (kind) {
        case TableKind::table:
            return "table";
        case TableKind::partitioned:
            return "partitioned";
        case TableKind::partition:
            return "partition";
        case TableKind::foreign:
            return "foreign";
        case TableKind::virtual_table:
            return "virtual";
    }
    return "";
}

const Table* Catalog::find_table(std::string_view schema, std::string_view name) const noexcept {
    const auto found = std::ranges::find_if(tables, [&](const Table& table) {
        return table.name == name && (schema.empty() || table.schema == schema);
    });
    return found == tables.end() ? nullptr : &*found;
}

std::string Catalog::fingerprint() const {
    Fingerprint fingerprint;
    fingerprint.add(schemas);
    fingerprint.add(tables);
    fingerprint.add(views);
    fingerprint.add(routines);
    return fingerprint.finish();
}

}  // namespace keel
