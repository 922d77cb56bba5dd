#include <array>

#include "each_engine.hpp"

using namespace keel;

namespace {

/// A feed of products and their prices, as an application declares it once for both engines.
SchemaDeclaration shop() {
    SchemaDeclaration schema;
    schema.tables.push_back(
        {.name = "suppliers",
         .columns = {{.name = "id", .type = big_integer_type(), .identity = true},
                     {.name = "name", .type = text_type(80), .unique = true},
                     {.name = "Odd \"one\"", .type = real_type(), .nullable = true}}});
    schema.tables.push_back(
        {.name = "products",
         .columns = {{.name = "id", .type = big_integer_type(), .identity = true},
                     {.name = "supplier", .type = big_integer_type()},
                     {.name = "replaces", .type = big_integer_type(), .nullable = true},
                     {.name = "code", .type = text_type(20), .default_value = "'it''s'"},
                     {.name = "price",
                      .type = numeric_type(10, 2),
                      .default_value = "-1.5",
                      .check = "price > -2"},
                     {.name = "active", .type = boolean_type(), .default_value = "true"},
                     {.name = "details", .type = json_type(), .nullable = true},
                     {.name = "twice", .type = numeric_type(), .generated = "price * 2"},
                     {.name = "seen", .type = timestamp_type(), .default_value = now_expression()}},
         .uniques = {{.columns = {"supplier", "code"}, .name = "one_code"}},
         .foreign_keys = {{.columns = {"supplier"},
                           .table = "suppliers",
                           .on_delete = ReferenceAction::cascade},
                          {.columns = {"replaces"}, .table = "products", .deferred = true}},
         .checks = {{.name = "has_code", .condition = "code <> ''"}},
         .indexes = {{.columns = {"supplier", "seen desc"}},
                     {.columns = {"lower(code)"}, .where = "active", .name = "codes"}}});
    schema.tables.push_back({.name = "tags",
                             .columns = {{.name = "product", .type = big_integer_type()},
                                         {.name = "word", .type = text_type()}},
                             .primary_key = {"product", "word"},
                             .foreign_keys = {{.columns = {"product"}, .table = "products"}}});
    schema.more = {"create view cheap as select id, code from products where price < 1"};
    return schema;
}

Report write_migration(TestProject& project, const std::string& name) {
    return project.run("migrate new", {.options = {{"name", name}, {"auto", ""}}});
}

}  // namespace

TEST_CASE("models declared in C++ become migrations, and the database is what they say") {
    on_each_engine([](TestProject& project) {
        project.models = shop();
        project.execute({"create table scratch (id integer)", "drop table scratch"});

        const auto written = write_migration(project, "start");
        REQUIRE_MESSAGE(written.ok(), error_of(written));
        const auto up = project.run("migrate up");

        REQUIRE_MESSAGE(up.ok(), error_of(up));
        const auto check = project.run("schema check");
        CHECK(check.exit_status() == 0);
        CHECK(check.result.string_or("against", "") == "models");
        project.execute({"insert into suppliers (name) values ('a')",
                         "insert into products (supplier, code, price) values (1, 'X', 0.5)"});
        CHECK(project.connect()->query_text("select code from cheap") == "X");
        CHECK_THROWS_AS(project.execute({"insert into products (supplier, code) values (7, 'Y')"}),
                        Error);
        CHECK_THROWS_AS(project.execute({"insert into products (supplier, code) values (1, '')"}),
                        Error);
    });
}

TEST_CASE("a changed model is the next migration, and a column that was renamed keeps its values") {
    on_each_engine([](TestProject& project) {
        project.models = shop();
        project.execute({"create table scratch (id integer)", "drop table scratch"});
        REQUIRE(write_migration(project, "start").ok());
        REQUIRE(project.run("migrate up").ok());
        project.execute({"insert into suppliers (name) values ('a')"});
        auto& suppliers = project.models->tables.front();
        suppliers.columns[1].name = "title";
        suppliers.columns[1].renamed_from = "name";
        suppliers.columns.push_back({.name = "city", .type = text_type(), .nullable = true});

        CHECK(project.run("schema check").exit_status() == 3);
        const auto written = write_migration(project, "city");
        REQUIRE_MESSAGE(written.ok(), error_of(written));
        const auto up = project.run("migrate up");

        REQUIRE_MESSAGE(up.ok(), error_of(up));
        CHECK(project.run("schema check").exit_status() == 0);
        CHECK(project.connect()->query_text("select title from suppliers") == "a");
    });
}

TEST_CASE("a declaration that cannot be is told with the table and what is wrong") {
    struct Mistake {
        TableDeclaration table;
        const char* words;
    };
    const ColumnDeclaration id{.name = "id", .type = integer_type(), .identity = true};
    const std::array mistakes = {
        Mistake{{.name = "t", .columns = {}}, "'t': it has no columns"},
        Mistake{{.name = "t", .columns = {id, id}}, "'id' is declared twice"},
        Mistake{{.name = "t", .columns = {{.name = "id", .type = text_type(), .identity = true}}},
                "is no integer"},
        Mistake{{.name = "t",
                 .columns = {{.name = "ident", .type = integer_type()}},
                 .primary_key = {"idetn"}},
                "did you mean 'ident'"},
        Mistake{{.name = "t", .columns = {id}, .foreign_keys = {{.columns = {"id"}, .table = "u"}}},
                "refers to 'u', which is not declared"},
        Mistake{{.name = "t", .columns = {id}, .indexes = {{.columns = {}}}}, "names no column"},
    };
    for (const auto& mistake : mistakes) {
        CAPTURE(std::string(mistake.words));
        TestProject project;
        project.execute({"create table scratch (id integer)"});
        project.models = SchemaDeclaration{.tables = {mistake.table}};

        const auto report = project.run("schema check");

        REQUIRE(report.error);
        CHECK(report.error->kind() == ErrorKind::config);
        CHECK(report.error->message().find(mistake.words) != std::string::npos);
    }
}

TEST_CASE("where an application declares no models, the word names what else there is") {
    TestProject project;
    project.execute({"create table items (id integer)"});

    const auto report = project.run("schema diff", {.options = {{"to", "models"}}});

    REQUIRE(report.error);
    CHECK(report.error->kind() == ErrorKind::config);
}
