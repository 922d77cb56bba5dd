#include <doctest/doctest.h>

#include <thread>

#include "base/text.hpp"
#include "world.hpp"

namespace keel {
namespace {

using test::holds;
using test::went_well;
using test::World;

/// Says that it took a backup of tables, and which.
class NotedTables final : public TableBackups {
  public:
    std::optional<std::string> create(OperationContext&, std::span<const TableName> tables,
                                      std::string_view) override {
        names.clear();
        for (const TableName& table : tables) names.push_back(table.name);
        return "tables-1";
    }
    void restore(OperationContext&, std::string_view, std::span<const TableName>) override {}
    std::vector<std::string> names;
};

void add_tables(World& world) {
    world.file("1_base.sql",
               "-- migrate:up\ncreate table a (id integer primary key);\n"
               "create table b (a_id integer references a (id));\ncreate table c (id integer);\n"
               "insert into c values (1);\n");
    REQUIRE(went_well(world.run("migrate up")));
}

constexpr const char* half =
    "-- migrate:up transaction:false\ninsert into c values (2);\n"
    "insert into nowhere values (1);\n";

}  // namespace

TEST_CASE("a backup is taken before what can destroy, or always where that is wanted") {
    test::for_each_engine([](World& world) {
        add_tables(world);
        world.file("2_x.sql", "-- migrate:up\ncreate table x (id integer);\n");
        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.backups.count == 0);
        world.file("3_y.sql", "-- migrate:up\ncreate table y (id integer);\n");
        REQUIRE(went_well(world.run("migrate up", {{"backup", ""}})));
        CHECK(world.backups.count == 1);
        world.configure("[migrations]\nbackup = \"always\"\n");
        world.file("4_z.sql", "-- migrate:up\ncreate table z (id integer);\n");
        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.backups.count == 2);
        CHECK(went_well(world.run("migrate up")));
        CHECK(world.backups.count == 2);
    });
}

TEST_CASE("where touched tables are enough, they and those that refer to them are backed up") {
    test::for_each_engine([](World& world) {
        NotedTables tables;
        world.tables = &tables;
        add_tables(world);
        world.configure("[migrations]\nbackup_scope = \"tables\"\n");
        world.file("2_x.sql", "-- migrate:up\ndelete from a;\n");
        const Report report = world.run("migrate up");
        REQUIRE(went_well(report));
        CHECK(join(tables.names, " ") == "a b");
        CHECK(world.backups.count == 0);
        CHECK(report.result.at("backup").as_string() == "tables-1");

        // What a function does is not known: all is backed up.
        world.file("3_y.sql", "-- migrate:up\ndelete from a;\nselect abs(1);\n");
        REQUIRE(went_well(world.run("migrate up")));
        CHECK(world.backups.count == 1);
    });
}

TEST_CASE("a failed step that no transaction could hold brings the backup back, where wanted") {
    test::for_each_engine([](World& world) {
        add_tables(world);
        world.file("2_x.sql", "-- migrate:up\ncreate table x (id integer);\n");
        world.file("3_half.sql", half);

        const Report report = world.run("migrate up", {{"restore-on-failure", ""}});

        CHECK(report.exit_status() == 1);
        CHECK(world.backups.restored == "backup-1");
        CHECK(holds(report.error->message(), "put back as backup backup-1 has it"));
        CHECK(report.error->where().line == 3);
        CHECK(report.result.at("applied").as_array().empty());
    });
}

TEST_CASE("nothing is restored for what a transaction held, or for what was interrupted") {
    test::for_each_engine([](World& world) {
        add_tables(world);
        world.configure("[migrations]\non_failure = \"restore\"\n");
        world.file("2_bad.sql", "-- migrate:up\ninsert into nowhere values (1);\n");
        CHECK(world.run("migrate up").exit_status() == 1);
        CHECK(world.backups.count == 0);
        world.file("2_bad.sql",
                   "-- migrate:up\n-- keel:backfill table=a batch=1 pause=1h\n"
                   "update a set id = id where :batch;\n");
        world.execute("insert into a values (1), (2)");
        std::jthread stopper([&world] {
            std::this_thread::sleep_for(std::chrono::milliseconds(400));
            world.stop.request_stop();
        });
        CHECK_FALSE(world.run("migrate up").ok());
        CHECK(world.backups.restored.empty());
    });
}

TEST_CASE("a restore that fails leaves the migration half done, and says both") {
    test::for_each_engine([](World& world) {
        add_tables(world);
        world.file("2_half.sql", half);
        world.backups.on_restore = [] { throw Error(ErrorKind::io, "the disk is gone"); };

        const Report report = world.run("migrate up", {{"restore-on-failure", ""}});

        CHECK(report.exit_status() == 6);
        CHECK(holds(report.error->trail().back(), "restore backup backup-1: the disk is gone"));
        CHECK(world.history() == "1 applied, 2 failed");
    });
}

}  // namespace keel
