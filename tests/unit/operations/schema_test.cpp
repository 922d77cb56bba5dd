#include "each_engine.hpp"

#include <fstream>
#include <sstream>

using namespace keel;

namespace {

void declare_schema(TestProject& project, std::string_view sql) {
    std::ofstream(project.root() / "keel.toml", std::ios::app)
        << "\n[migrations]\nschema = \"schema.sql\"\n";
    project.write("schema.sql", sql);
}

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string body_of(const Report& report) {
    std::string text;
    for (const auto& block : report.body) {
        if (const auto* verbatim = std::get_if<Verbatim>(&block)) text += verbatim->text;
        if (const auto* line = std::get_if<MarkedLine>(&block)) text += line->text + "\n";
    }
    return text;
}

void make_shop(TestProject& project) {
    project.execute({
        "create table customers (id integer primary key, email varchar(200) not null unique)",
        "create table orders (id integer primary key, customer integer references customers (id))",
        "create index orders_by_customer on orders (customer)",
        "create view recent as select id from orders where id > 10",
    });
}

/// Runs what a plan says, as somebody would who copies it.
void run_steps(TestProject& project, const Json& steps) {
    const auto connection = project.connect();
    for (const auto& step : steps.as_array()) connection->execute(step.string_or("sql", ""));
}

}  // namespace

TEST_CASE("what schema dump writes makes the same schema again, and the same text") {
    on_each_engine([](TestProject& project) {
        make_shop(project);
        const auto dumped = project.run(
            "schema dump", {.options = {{"output", (project.root() / "out.sql").native()}}});
        REQUIRE_MESSAGE(dumped.ok(), error_of(dumped));
        const auto first = text_of(project.root() / "out.sql");

        const auto compared = project.run(
            "schema diff", {.options = {{"to", (project.root() / "out.sql").native()}}});

        REQUIRE_MESSAGE(compared.ok(), error_of(compared));
        CHECK(compared.result.bool_or("equal", false));
        const auto again = project.run("schema dump");
        CHECK(again.result.string_or("sql", "") == first);
        CHECK(body_of(again) == first);
    });
}

TEST_CASE("schema diff shows SQL that makes the database what the file says") {
    on_each_engine([](TestProject& project) {
        make_shop(project);
        declare_schema(
            project,
            "create table customers (id integer primary key, email varchar(200) not null "
            "unique, name text);\n"
            "create table orders (id integer primary key, customer integer references "
            "customers (id), total integer default 0);\n"
            "create view recent as select id, total from orders where id > 10;\n");

        const auto report = project.run("schema diff");

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK_FALSE(report.result.bool_or("equal", true));
        CHECK(report.result.bool_or("proven", false));
        CHECK(report.exit_status() == 0);
        CHECK(project.run("schema diff", {.options = {{"exit-code", ""}}}).exit_status() == 3);
        CHECK(project.run("schema check").exit_status() == 3);
        run_steps(project, report.result.at("up"));
        CHECK(project.run("schema diff").result.bool_or("equal", false));
        CHECK(project.run("schema check").exit_status() == 0);
        run_steps(project, report.result.at("down"));
        CHECK(project.run("schema diff", {.options = {{"exit-code", ""}}}).exit_status() == 3);
    });
}

TEST_CASE("a rename keeps the rows, when a hint or an option says so") {
    on_each_engine([](TestProject& project) {
        make_shop(project);
        project.execute({"insert into customers (id, email) values (1, 'a')"});
        declare_schema(project,
                       "-- keel:renamed-from customers\n"
                       "create table people (id integer primary key,\n"
                       "    mail varchar(200) not null unique); -- keel:renamed-from email\n"
                       "create table orders (id integer primary key, customer integer references "
                       "people (id));\n"
                       "create index orders_by_customer on orders (customer);\n"
                       "create view recent as select id from orders where id > 10;\n");

        const auto report = project.run("schema diff");

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK_FALSE(report.result.bool_or("destructive", true));
        CHECK(report.result.at("renames").as_array().size() >= 2);
        run_steps(project, report.result.at("up"));
        CHECK(project.connect()->query_text("select mail from people") == "a");
        CHECK(project.run("schema diff").result.bool_or("equal", false));
    });
}

TEST_CASE("what is dropped is called destructive") {
    on_each_engine([](TestProject& project) {
        make_shop(project);
        declare_schema(project, "create table customers (id integer primary key);\n");

        const auto report = project.run("schema diff");

        REQUIRE_MESSAGE(report.ok(), error_of(report));
        CHECK(report.result.bool_or("destructive", false));
        CHECK_FALSE(report.warnings.empty());
    });
}

TEST_CASE("a schema file that does not run is told with its line, and nothing is left behind") {
    on_each_engine([](TestProject& project) {
        make_shop(project);
        declare_schema(project, "create table a (id integer);\n\ncreate tabel b (id integer);\n");

        const auto report = project.run("schema diff");

        REQUIRE(report.error);
        CHECK(report.error->where().file == "schema.sql");
        CHECK(report.error->where().line == 3);
        CHECK(project.engine().admin().find_leftovers(project.url()).empty());
    });
}

TEST_CASE("a change past the migrations is drift") {
    on_each_engine([](TestProject& project) {
        project.add_migration("1_items", "create table items (id integer)", "drop table items");
        REQUIRE(project.run("migrate up").ok());
        CHECK(project.run("schema check").exit_status() == 0);

        project.execute({"create table sneaky (id integer)"});

        const auto report = project.run("schema check");
        CHECK(report.exit_status() == 3);
        CHECK(report.result.bool_or("drift", false));
        CHECK(project.run("schema fingerprint").result.bool_or("drift", false));
    });
}

TEST_CASE("a word that names no schema lists what there is") {
    on_each_engine([](TestProject& project) {
        make_shop(project);

        const auto report = project.run("schema diff", {.options = {{"to", "dve"}}});

        REQUIRE(report.error);
        CHECK(report.error->kind() == ErrorKind::not_found);
        CHECK(report.error->message().find("did you mean 'dev'") != std::string::npos);
    });
}

TEST_CASE("a generated migration makes the database what is declared, and its down takes it back") {
    on_each_engine([](TestProject& project) {
        make_shop(project);
        declare_schema(
            project,
            "create table customers (id integer primary key, email varchar(200) not null "
            "unique, name text);\n"
            "create table orders (id integer primary key, customer integer references "
            "customers (id));\n"
            "create index orders_by_id on orders (id, customer);\n");
        const auto written =
            project.run("migrate new", {.options = {{"name", "more"}, {"auto", ""}}});
        REQUIRE_MESSAGE(written.ok(), error_of(written));
        const auto count = written.result.at("migrations").as_array().size();
        const bool is_postgres = project.kind() == EngineKind::postgres;
        CHECK(count == (is_postgres ? 2 : 1));  // the index is built while others write

        const auto up = project.run("migrate up");

        REQUIRE_MESSAGE(up.ok(), error_of(up));
        CHECK(project.run("schema check").exit_status() == 0);
        const auto down =
            project.run("migrate down", {.options = {{"count", std::to_string(count)}}});
        REQUIRE_MESSAGE(down.ok(), error_of(down));
        CHECK(project.run("schema diff", {.options = {{"exit-code", ""}}}).exit_status() == 3);
        CHECK(find_item(project.run("inspect").result.at("views"), "name", "recent"));
    });
}

TEST_CASE("nothing is generated while migrations are pending, and nothing where nothing differs") {
    on_each_engine([](TestProject& project) {
        declare_schema(project, "create table items (id integer);\n");
        project.add_migration("1_items", "create table items (id integer)", "drop table items");
        const TestCall automatic{.options = {{"name", "more"}, {"auto", ""}}};

        const auto refused = project.run("migrate new", automatic);

        REQUIRE(refused.error);
        CHECK(refused.error->kind() == ErrorKind::refused);
        REQUIRE(project.run("migrate up").ok());
        const auto nothing = project.run("migrate new", automatic);
        REQUIRE_MESSAGE(nothing.ok(), error_of(nothing));
        CHECK(nothing.result.at("migrations").as_array().empty());
    });
}

TEST_CASE("the declared schema's file follows the database, but never over what a person wrote") {
    on_each_engine([](TestProject& project) {
        declare_schema(project, "");
        const auto file = project.root() / "schema.sql";
        project.add_migration("1_items", "create table items (id integer)", "drop table items");
        REQUIRE(project.run("migrate up").ok());
        const auto kept = text_of(file);
        CHECK(kept.find("items") != std::string::npos);
        CHECK(project.run("schema dump").result.string_or("sql", "") == kept);

        project.write("schema.sql", kept + "create table wanted (id integer);\n");
        project.add_migration("2_more", "create table more (id integer)", "drop table more");
        const auto warned = project.run("migrate up");

        REQUIRE(warned.ok());
        CHECK_FALSE(warned.warnings.empty());
        CHECK(text_of(file).find("wanted") != std::string::npos);
        project.write("schema.sql", "create table mine (id integer);\n");
        REQUIRE(project.run("migrate down").ok());
        CHECK(text_of(file) == "create table mine (id integer);\n");
    });
}
