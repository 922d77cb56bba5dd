#include "each_engine.hpp"

using namespace keel;

namespace {

void make_shop(TestProject& project) {
    project.execute({
        "create table customers (id integer primary key, email varchar(200) not null unique)",
        "create table orders (id integer primary key, customer_id integer not null references "
        "customers (id), total integer default 7 check (total >= 0), note text)",
        "create index orders_by_customer on orders (customer_id)",
        "create view open_orders as select id from orders where total > 0",
        "insert into customers (id, email) values (1, 'a@example.com'), (2, 'b@example.com')",
    });
}

const Json& column(const Json& table, std::string_view name) {
    const auto* found = find_item(table.at("columns"), "name", name);
    REQUIRE(found);
    return *found;
}

}  // namespace

TEST_CASE("inspect tells tables, columns, indexes, constraints, views and exact rows") {
    on_each_engine([](TestProject& project) {
        make_shop(project);

        const auto report = project.run("inspect");

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK(report.exit_status() == 0);
        const auto& tables = report.result.at("tables");
        REQUIRE(tables.as_array().size() == 2);
        const auto& customers = tables.as_array()[0];
        CHECK(customers.string_or("name", "") == "customers");
        CHECK(customers.integer_or("rows", -1) == 2);
        CHECK(customers.bool_or("rows_exact", false));
        CHECK(customers.integer_or("bytes", -1) > 0);
        const auto& orders = tables.as_array()[1];
        CHECK(orders.integer_or("rows", -1) == 0);
        CHECK_FALSE(column(orders, "customer_id").bool_or("nullable", true));
        CHECK(column(orders, "note").bool_or("nullable", false));
        CHECK(column(orders, "total").string_or("default", "") == "7");
        CHECK(column(orders, "note").at("default").is_null());
        CHECK(find_item(orders.at("indexes"), "name", "orders_by_customer"));
        const auto* key = find_item(orders.at("constraints"), "kind", "foreign key");
        REQUIRE(key);
        CHECK(key->string_or("references", "").ends_with("customers"));
        CHECK(find_item(orders.at("constraints"), "kind", "check"));
        CHECK(find_item(report.result.at("views"), "name", "open_orders"));
        CHECK(report.result.at("functions").is_array());
        CHECK(report.result.at("triggers").is_array());
        CHECK(report.result.at("schemas").is_array());
    });
}

TEST_CASE("inspect of one table shows that table alone, found by its schema too") {
    on_each_engine([](TestProject& project) {
        make_shop(project);

        const auto report = project.run("inspect", {.options = {{"table", "orders"}}});

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        REQUIRE(report.result.at("tables").as_array().size() == 1);
        CHECK(report.result.at("tables").as_array()[0].string_or("name", "") == "orders");
        const auto schema = report.result.at("tables").as_array()[0].string_or("schema", "main");
        const auto qualified = project.run("inspect", {.options = {{"table", schema + ".orders"}}});
        CHECK_MESSAGE(qualified.ok(), error_of(qualified));
    });
}

TEST_CASE("an unknown table is an error that names the nearest one") {
    on_each_engine([](TestProject& project) {
        make_shop(project);

        const auto report = project.run("inspect", {.options = {{"table", "order"}}});

        REQUIRE(report.error);
        CHECK(report.error->kind() == ErrorKind::not_found);
        CHECK(report.error->message() == "no table 'order' (did you mean 'orders'?)");
        CHECK(report.error->hint().find("keel inspect --tables") != std::string::npos);
        CHECK(report.exit_status() == 1);
    });
}

TEST_CASE("a view asked for as a table is said to be a view") {
    on_each_engine([](TestProject& project) {
        make_shop(project);

        const auto report = project.run("inspect", {.options = {{"table", "open_orders"}}});

        REQUIRE(report.error);
        CHECK(report.error->message() == "'open_orders' is a view, not a table");
    });
}

TEST_CASE("an unknown schema is an error, not an empty answer") {
    on_each_engine([](TestProject& project) {
        make_shop(project);

        const auto report = project.run("inspect", {.options = {{"schema", "publik"}}});

        REQUIRE(report.error);
        CHECK(report.error->kind() == ErrorKind::not_found);
    });
}

TEST_CASE("inspect and info of a database that does not exist say how to make it") {
    on_each_engine([](TestProject& project) {
        for (const auto* operation : {"inspect", "info", "db check"}) {
            CAPTURE(operation);
            const auto report = project.run(operation);

            REQUIRE(report.error);
            CHECK(report.error->kind() == ErrorKind::not_found);
            CHECK(report.error->hint().find("keel") != std::string::npos);
            CHECK(report.exit_status() == 1);
        }
        if (project.kind() == EngineKind::sqlite) {
            CHECK_FALSE(std::filesystem::exists(project.url().path()));
        }
    });
}

TEST_CASE("each flag of inspect shows its own list") {
    on_each_engine([](TestProject& project) {
        make_shop(project);
        const auto heading = [&](const std::string& flag) {
            const auto report = project.run("inspect", {.options = {{flag, ""}}});
            REQUIRE(!report.body.empty());
            return std::get<Paragraph>(report.body.front()).text;
        };

        CHECK(heading("tables") == "Tables");
        CHECK(heading("indexes") == "Indexes");
        CHECK(heading("constraints") == "Constraints");
        CHECK(heading("triggers") == "No triggers.");
        CHECK(heading("functions") == "No functions.");
        CHECK(heading("views") == "Views");
    });
}

TEST_CASE("info tells engine, version, size, encoding and counts") {
    on_each_engine([](TestProject& project) {
        make_shop(project);

        const auto report = project.run("info");

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK(report.result.string_or("engine", "") == to_string(project.kind()));
        CHECK(!report.result.string_or("server_version", "").empty());
        CHECK(report.result.integer_or("size_bytes", 0) > 0);
        CHECK(!report.result.string_or("encoding", "").empty());
        const auto& counts = report.result.at("counts");
        CHECK(counts.integer_or("tables", -1) == 2);
        CHECK(counts.integer_or("views", -1) == 1);
        CHECK(counts.integer_or("indexes", -1) >= 2);
        CHECK(report.result.at("settings").is_object());
    });
}
