#include "model/catalog.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <set>

using namespace keel;

namespace {

Catalog shop() {
    Catalog catalog;
    catalog.schemas = {"public"};
    Table orders;
    orders.schema = "public";
    orders.name = "orders";
    Column id;
    id.name = "id";
    id.type = "bigint";
    id.nullable = false;
    id.position = 1;
    Column note;
    note.name = "note";
    note.type = "text";
    note.position = 2;
    orders.columns = {id, note};
    Index index;
    index.name = "orders_pkey";
    index.table = "orders";
    index.columns = {"id"};
    index.unique = true;
    orders.indexes = {index};
    Constraint constraint;
    constraint.name = "orders_pkey";
    constraint.kind = ConstraintKind::primary_key;
    constraint.definition = "primary key (id)";
    constraint.columns = {"id"};
    orders.constraints = {constraint};
    Trigger trigger;
    trigger.name = "touch";
    trigger.table = "orders";
    trigger.definition = "create trigger touch";
    orders.triggers = {trigger};
    orders.rows = 10;
    orders.bytes = 8192;
    catalog.tables = {orders};
    View view;
    view.schema = "public";
    view.name = "recent";
    view.definition = "select 1";
    catalog.views = {view};
    Routine routine;
    routine.schema = "public";
    routine.name = "now_utc";
    routine.signature = "now_utc()";
    routine.kind = "function";
    routine.definition = "select now()";
    catalog.routines = {routine};
    return catalog;
}

}  // namespace

TEST_CASE("a catalog's fingerprint does not see rows, sizes and column numbers") {
    auto other = shop();
    other.tables[0].rows = 11;
    other.tables[0].bytes = 1;
    other.tables[0].indexes[0].bytes = 77;
    other.tables[0].columns[1].position = 9;

    CHECK(other.fingerprint() == shop().fingerprint());
}

TEST_CASE("a catalog's fingerprint sees every other difference") {
    const std::vector<std::function<void(Catalog&)>> changes = {
        [](Catalog& c) { c.schemas.push_back("audit"); },
        [](Catalog& c) { c.tables[0].schema = "other"; },
        [](Catalog& c) { c.tables[0].name = "order"; },
        [](Catalog& c) { c.tables[0].kind = TableKind::partitioned; },
        [](Catalog& c) { c.tables[0].options = "strict"; },
        [](Catalog& c) { c.tables[0].comment = "x"; },
        [](Catalog& c) { c.tables[0].columns[0].name = "key"; },
        [](Catalog& c) { c.tables[0].columns[0].type = "integer"; },
        [](Catalog& c) { c.tables[0].columns[0].nullable = true; },
        [](Catalog& c) { c.tables[0].columns[0].default_expression = ""; },
        [](Catalog& c) { c.tables[0].columns[0].default_expression = "0"; },
        [](Catalog& c) { c.tables[0].columns[0].generated = "stored"; },
        [](Catalog& c) { c.tables[0].columns[0].collation = "C"; },
        [](Catalog& c) { std::swap(c.tables[0].columns[0], c.tables[0].columns[1]); },
        [](Catalog& c) { c.tables[0].columns.pop_back(); },
        [](Catalog& c) { c.tables[0].indexes[0].name = "x"; },
        [](Catalog& c) { c.tables[0].indexes[0].definition = "x"; },
        [](Catalog& c) { c.tables[0].indexes[0].columns = {"i", "d"}; },
        [](Catalog& c) { c.tables[0].indexes[0].unique = false; },
        [](Catalog& c) { c.tables[0].indexes[0].primary = true; },
        [](Catalog& c) { c.tables[0].indexes[0].valid = false; },
        [](Catalog& c) { c.tables[0].constraints[0].kind = ConstraintKind::unique; },
        [](Catalog& c) { c.tables[0].constraints[0].definition = "x"; },
        [](Catalog& c) { c.tables[0].constraints[0].referenced_table = "x"; },
        [](Catalog& c) { c.tables[0].constraints[0].referenced_columns = {"x"}; },
        [](Catalog& c) { c.tables[0].constraints[0].validated = false; },
        [](Catalog& c) { c.tables[0].triggers[0].enabled = false; },
        [](Catalog& c) { c.tables[0].triggers[0].definition = "x"; },
        [](Catalog& c) { c.views[0].definition = "select 2"; },
        [](Catalog& c) { c.views[0].materialized = true; },
        [](Catalog& c) { c.views[0].triggers = {Trigger{}}; },
        [](Catalog& c) { c.routines[0].signature = "now_utc(integer)"; },
        [](Catalog& c) { c.routines[0].definition = "x"; },
        [](Catalog& c) { c.routines.clear(); },
    };

    std::set<std::string> seen{shop().fingerprint()};
    for (std::size_t i = 0; i < changes.size(); ++i) {
        CAPTURE(i);
        auto changed = shop();
        changes[i](changed);
        CHECK(seen.insert(changed.fingerprint()).second);
    }
}

TEST_CASE("text that moves from one field to the next changes the fingerprint") {
    auto left = shop();
    left.tables[0].columns[0].name = "ab";
    left.tables[0].columns[0].type = "c";
    auto right = shop();
    right.tables[0].columns[0].name = "a";
    right.tables[0].columns[0].type = "bc";

    CHECK(left.fingerprint() != right.fingerprint());
}

TEST_CASE("a table is found in its schema, or in any when none is named") {
    const auto catalog = shop();

    CHECK(catalog.find_table("public", "orders") == &catalog.tables[0]);
    CHECK(catalog.find_table("", "orders") == &catalog.tables[0]);
    CHECK(catalog.find_table("audit", "orders") == nullptr);
    CHECK(catalog.find_table("public", "Orders") == nullptr);
}
