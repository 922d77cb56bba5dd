#include <doctest/doctest.h>

#include "db/dialect.hpp"
#include "db/inspector.hpp"
#include "fixture.hpp"
#include "support.hpp"

namespace keel::conformance {
namespace {

std::unique_ptr<Connection> make_tortured(EngineFixture& fixture) {
    auto connection = fixture.fresh_connection();
    connection->run_script(
        fixture.engine().dialect().split(fixture.samples().torture_script).statements);
    return connection;
}

}  // namespace

TEST_CASE("every change of the schema changes the fingerprint") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = make_tortured(fixture);
        const auto& inspector = fixture.engine().inspector();
        auto before = inspector.fingerprint(*connection);
        REQUIRE_FALSE(fixture.samples().schema_changes.empty());
        for (const auto& sql : fixture.samples().schema_changes) {
            CAPTURE(sql);
            connection->execute(sql);
            auto after = inspector.fingerprint(*connection);
            CHECK(after != before);
            before = std::move(after);
        }
    });
}

TEST_CASE("nothing else changes the fingerprint") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = make_tortured(fixture);
        const auto& inspector = fixture.engine().inspector();
        const auto before = inspector.fingerprint(*connection);
        REQUIRE_FALSE(fixture.samples().no_schema_changes.empty());
        for (const auto& sql : fixture.samples().no_schema_changes) {
            CAPTURE(sql);
            connection->execute(sql);
            CHECK(inspector.fingerprint(*connection) == before);
        }
    });
}

TEST_CASE("equal schemas have equal fingerprints, in whatever database they are") {
    for_each_engine([](EngineFixture& fixture) {
        const auto& inspector = fixture.engine().inspector();
        const auto first = make_tortured(fixture);
        const auto second = make_tortured(fixture);

        CHECK(inspector.fingerprint(*first) == inspector.fingerprint(*second));
        CHECK(inspector.inspect(*first, {}).fingerprint() ==
              inspector.inspect(*second, {}).fingerprint());
    });
}

TEST_CASE("Keel's own tables are no part of the schema") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = make_tortured(fixture);
        const auto& engine = fixture.engine();
        const auto before = engine.inspector().fingerprint(*connection);
        const auto tables = engine.inspector().inspect(*connection, {}).tables.size();
        for (const auto& sql : engine.dialect().internal_setup()) connection->execute(sql);

        connection->execute("create table " + engine.dialect().internal_table("migrations") +
                            " (version text primary key)");

        CHECK(engine.inspector().fingerprint(*connection) == before);
        CHECK(engine.inspector().inspect(*connection, {}).tables.size() == tables);
    });
}

TEST_CASE("the catalog tells a table's columns, keys, constraints, indexes and triggers") {
    for_each_engine([](EngineFixture& fixture) {
        const auto connection = fixture.fresh_connection();
        connection->execute("create table parent (a integer, b integer, primary key (a, b))");
        connection->execute(
            "create table child (id integer primary key, a integer not null, b integer default 7, "
            "name text, constraint child_name unique (name), constraint child_b check (b > 0), "
            "constraint child_parent foreign key (a, b) references parent (a, b) on delete "
            "cascade)");
        connection->execute("create index child_a on child (a) where a > 0");
        InspectOptions options;
        options.table = "child";

        const auto catalog = fixture.engine().inspector().inspect(*connection, options);

        REQUIRE(catalog.tables.size() == 1);
        const auto& child = catalog.tables[0];
        REQUIRE(child.columns.size() == 4);
        CHECK(child.columns[1].name == "a");
        CHECK_FALSE(child.columns[1].nullable);
        CHECK(child.columns[2].default_expression == "7");
        CHECK(child.columns[3].nullable);
        const auto find = [&](std::string_view name) -> const Constraint* {
            for (const auto& constraint : child.constraints) {
                if (constraint.name == name) return &constraint;
            }
            return nullptr;
        };
        REQUIRE(find("child_name"));
        CHECK(find("child_name")->kind == ConstraintKind::unique);
        CHECK(find("child_name")->columns == std::vector<std::string>{"name"});
        REQUIRE(find("child_b"));
        CHECK(find("child_b")->kind == ConstraintKind::check);
        REQUIRE(find("child_parent"));
        CHECK(find("child_parent")->kind == ConstraintKind::foreign_key);
        CHECK(find("child_parent")->columns == std::vector<std::string>{"a", "b"});
        CHECK(find("child_parent")->referenced_columns == std::vector<std::string>{"a", "b"});
        CHECK(find("child_parent")->referenced_table.ends_with("parent"));
        bool has_index = false;
        for (const auto& index : child.indexes) {
            if (index.name != "child_a") continue;
            has_index = true;
            CHECK(index.columns == std::vector<std::string>{"a"});
            CHECK_FALSE(index.unique);
        }
        CHECK(has_index);
    });
}

}  // namespace keel::conformance
