#include <fmt/format.h>

#include <fstream>

#include "each_engine.hpp"

using namespace keel;

namespace {

/// Everything is on one database: what is protected is told by its configuration.
void configure(TestProject& project, const std::string& more = {}) {
    project.write("keel.toml", fmt::format("[project]\nname = \"shop\"\ndefault = \"live\"\n\n"
                                           "[environments.live]\nkind = \"production\"\n"
                                           "url = \"{}\"\n{}",
                                           project.url_text(), more));
}

void start(TestProject& project, const std::string& more = {}) {
    configure(project, more);
    project.add_migration("1_items", "create table items (id integer primary key, name text)",
                          "drop table items");
    const auto up = project.run("migrate up", {.confirm = "live"});
    REQUIRE_MESSAGE(up.ok(), error_of(up));
    project.add_migration("2_price", "alter table items add column price integer",
                          "alter table items drop column price");
}

void insert_row(TestProject& project) {
    project.execute({"insert into items (id, name) values (1, 'a')"});
}

Report up(TestProject& project) {
    return project.run("migrate up", {.confirm = "live"});
}

}  // namespace

TEST_CASE(
    "a protected database with rows takes the files that were rehearsed on it, and no others") {
    on_each_engine([](TestProject& project) {
        start(project);
        insert_row(project);

        const auto refused = up(project);
        REQUIRE(refused.error);
        CHECK(refused.exit_status() == 4);
        CHECK(refused.error->message().find("2_price") != std::string::npos);
        CHECK(refused.error->hint().find("keel migrate rehearse -e live") != std::string::npos);
        CHECK(project.run("migrate up", {.dry_run = true}).ok());
        REQUIRE(project.run("migrate rehearse").ok());
        project.add_migration("2_price", "alter table items add column price bigint",
                              "alter table items drop column price");
        CHECK(up(project).exit_status() == 4);
        REQUIRE(project.run("migrate rehearse").ok());
        const auto applied = up(project);

        REQUIRE_MESSAGE(applied.ok(), error_of(applied));
    });
}

TEST_CASE("a rehearsal counts from the schema it began with, and for a week") {
    on_each_engine([](TestProject& project) {
        start(project);
        insert_row(project);
        REQUIRE(project.run("migrate rehearse").ok());

        project.execute({"create table sneaky (id integer)"});
        CHECK(up(project).exit_status() == 4);
        project.execute({"drop table sneaky"});
        project.clock.shift = std::chrono::hours(8 * 24);
        CHECK(up(project).exit_status() == 4);
        project.clock.shift = std::chrono::hours(6 * 24);
        const auto applied = up(project);

        REQUIRE_MESSAGE(applied.ok(), error_of(applied));
    });
}

TEST_CASE("of several rehearsed files the first may be applied alone, and then the others") {
    on_each_engine([](TestProject& project) {
        start(project);
        insert_row(project);
        project.add_migration("3_more", "create table more (id integer)", "drop table more");
        REQUIRE(project.run("migrate rehearse").ok());

        const auto one =
            project.run("migrate up", {.options = {{"steps", "1"}}, .confirm = "live"});
        REQUIRE_MESSAGE(one.ok(), error_of(one));
        const auto rest = up(project);

        REQUIRE_MESSAGE(rest.ok(), error_of(rest));
    });
}

TEST_CASE("a rehearsal on staging counts for production where both have one schema") {
    on_each_engine([](TestProject& project) {
        start(project);
        insert_row(project);
        // The same database under another name will do.
        configure(project,
                  fmt::format("\n[environments.staging]\nkind = \"staging\"\nurl = \"{}\"\n",
                              project.url_text()));
        const auto record = project.root() / ".keel" / "rehearsals.json";
        REQUIRE(project.run("migrate rehearse").ok());
        std::ifstream in(record);
        std::string text((std::istreambuf_iterator<char>(in)), {});
        project.write(".keel/rehearsals.json",
                      replace_all(replace_all(text, "\"live\"", "\"staging\""), "\"production\"",
                                  "\"staging\""));

        const auto applied = up(project);

        REQUIRE_MESSAGE(applied.ok(), error_of(applied));
    });
}

TEST_CASE("where there are no rows, and where nothing is protected, nobody asks for a rehearsal") {
    on_each_engine([](TestProject& project) {
        start(project);

        const auto applied = up(project);

        REQUIRE_MESSAGE(applied.ok(), error_of(applied));
        CHECK(applied.warnings.empty());
    });
}

TEST_CASE("a project may be warned instead") {
    on_each_engine([](TestProject& project) {
        start(project, "\n[migrations]\nrehearsal = \"warn\"\n");
        insert_row(project);

        const auto applied = up(project);

        REQUIRE_MESSAGE(applied.ok(), error_of(applied));
        REQUIRE_FALSE(applied.warnings.empty());
        CHECK(applied.warnings.back().find("keel migrate rehearse") != std::string::npos);
    });
}

TEST_CASE("the file for one machine may not do without rehearsals") {
    TestProject project;
    start(project);
    project.write("keel.local.toml", "[migrations]\nrehearsal = \"off\"\n");

    const auto report = up(project);

    REQUIRE(report.error);
    CHECK(report.exit_status() == 2);
    CHECK(report.error->message().find("rehearsals") != std::string::npos);
}

TEST_CASE("a rehearsal is estimated for the table sizes of another environment") {
    on_each_engine([](TestProject& project) {
        project.add_migration("1_items", "create table items (id integer primary key, name text)",
                              "drop table items");
        REQUIRE(project.run("migrate up").ok());
        project.add_migration("2_index", "create index items_by_name on items (name)",
                              "drop index items_by_name");
        TestProject large(project.kind());
        large.execute({"create table items (id integer primary key, name text)",
                       "create table only_there (id integer)"});
        const auto fill = [](TestProject& target, int rows) {
            target.execute({fmt::format("with recursive n (i) as (select 1 union all select i + 1 "
                                        "from n where i < {}) insert into items select i, 'name ' "
                                        "|| i from n",
                                        rows),
                            "analyze"});
        };
        fill(large, 40'000);
        fill(project, 1'000);
        std::ofstream(project.root() / "keel.toml", std::ios::app)
            << "\n[environments.prod]\nurl = \"" << large.url_text() << "\"\n";

        const auto report =
            project.run("migrate rehearse", {.options = {{"estimate-for", "prod"}}});

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        const auto& estimate = report.result.at("estimate");
        CHECK(estimate.string_or("environment", "") == "prod");
        const auto* items = find_item(estimate.at("tables"), "table", "items");
        REQUIRE(items);
        CHECK(items->integer_or("rows_copy", 0) == 1'000);
        CHECK(items->integer_or("rows", 0) > 30'000);
        const auto& step = report.result.at("steps").as_array().at(0);
        CHECK(step.at("estimate").integer_or("up_ms", 0) > step.integer_or("up_ms", 0));
        CHECK(step.at("estimate").at("unknown").as_array().empty());
        CHECK_FALSE(step.at("estimate").at("locks").as_array().empty());
    });
}

TEST_CASE("tables that the copy has no rows of are named where an estimate would need them") {
    on_each_engine([](TestProject& project) {
        project.add_migration("1_items", "create table items (id integer primary key, name text)",
                              "drop table items");
        REQUIRE(project.run("migrate up").ok());
        project.add_migration("2_index", "create index items_by_name on items (name)",
                              "drop index items_by_name");
        TestProject large(project.kind());
        large.execute({"create table items (id integer primary key, name text)",
                       "insert into items values (1, 'a')", "analyze"});
        std::ofstream(project.root() / "keel.toml", std::ios::app)
            << "\n[environments.prod]\nurl = \"" << large.url_text() << "\"\n";

        const auto report =
            project.run("migrate rehearse", {.options = {{"estimate-for", "prod"}}});

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        const auto& step = report.result.at("steps").as_array().at(0);
        CHECK(step.at("estimate").at("unknown").as_array().size() == 1);
    });
}

TEST_CASE("PostgreSQL copies a database that nobody uses file by file, a protected one never") {
    if (!TestProject::has_postgres()) return;
    TestProject project(EngineKind::postgres);
    project.add_migration("1_items", "create table items (id integer primary key)",
                          "drop table items");
    REQUIRE(project.run("migrate up").ok());
    project.add_migration("2_more", "create table more (id integer)", "drop table more");
    const auto method = [&] {
        const auto report = project.run("migrate rehearse");
        REQUIRE_MESSAGE(report.ok(), error_of(report));
        return report.result.at("copy").string_or("method", "");
    };

    CHECK(method() == "template");
    {
        const auto somebody = project.connect();
        CHECK(method() == "rows");
    }
    TestProject guarded(EngineKind::postgres);
    start(guarded);
    const auto report = guarded.run("migrate rehearse");
    REQUIRE_MESSAGE(report.ok(), error_of(report));
    CHECK(report.result.at("copy").string_or("method", "") == "rows");
}
