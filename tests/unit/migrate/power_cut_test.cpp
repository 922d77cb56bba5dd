#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <set>

#include "base/digest.hpp"
#include "db/dialect.hpp"
#include "disk_trace.hpp"
#include "engines/sqlite/engine.hpp"
#include "recording_vfs.hpp"
#include "world.hpp"

namespace keel {
namespace {

using test::DiskTrace;
using test::PowerCut;
using test::RecordingVfs;
using test::went_well;
using test::World;

constexpr auto templates = std::to_array<std::string_view>({
    "create table users (id integer primary key, name text not null);\n"
    "create table orders (id integer primary key autoincrement, user_id integer references users "
    "(id), cents integer);\n",
    "insert into users with recursive n (i) as (select 1 union all select i + 1 from n where i < "
    "300) select i, 'user ' || i from n;\n"
    "insert into orders (user_id, cents) select id, id * 7 from users;\n",
    "alter table users add column email text not null default '';\n"
    "update users set email = lower(name) || '@example.com';\n",
    "create index orders_by_user on orders (user_id);\n"
    "create unique index users_by_email on users (email);\n",
    "create table new_orders (id integer primary key autoincrement, user_id integer not null "
    "references users (id), cents integer check (cents >= 0));\n"
    "insert into new_orders select id, user_id, cents from orders;\n"
    "drop table orders;\nalter table new_orders rename to orders;\n"
    "create index orders_by_user on orders (user_id);\n",
    "create view rich as select user_id, sum(cents) as total from orders group by user_id;\n"
    "create trigger no_loss before delete on users begin select raise(abort, 'no'); end;\n",
    "delete from orders where id % 3 = 0;\nupdate orders set cents = cents + 1;\n",
    "create table tags (name text primary key, note text) without rowid;\n"
    "insert into tags select 'tag ' || id, hex(zeroblob(200)) from users;\n",
    "create virtual table notes using fts5 (body);\ninsert into notes select name from users;\n",
    "alter table users rename column name to full_name;\npragma user_version = 10;\n",
    "drop view rich;\ndrop table tags;\ndrop table notes;\n",
});

void write_templates(const World& world) {
    for (std::size_t i = 0; i < templates.size(); ++i)
        world.file(fmt::format("{:02}_step.sql", i + 1),
                   fmt::format("-- migrate:up\n{}", templates[i]));
}

/// Everything that is in a database, and how many migrations its history has.
struct Content {
    std::string digest;
    std::size_t applied = 0;
    std::string damage;  ///< empty: none
};

Content content_of(Connection& connection) {
    Content content;
    const auto damage = connection.query_text("pragma integrity_check");
    if (damage != "ok") content.damage = damage.value_or("none");
    if (connection.query_integer("select count(*) from pragma_foreign_key_check") > 0)
        content.damage = "foreign keys";
    std::string all;
    const auto add = [&](const std::string& sql) {
        for (const auto& row : connection.query_rows(sql))
            for (const std::string& value : row) (all += value) += '\x1f';
    };
    add("select type, name, sql from sqlite_schema where name not like 'keel%' and tbl_name not "
        "like 'keel%' order by 1, 2");
    add("pragma user_version");
    for (const auto& row : connection.query_rows(
             "select name from sqlite_schema where type = 'table' and name not like 'keel%' order "
             "by 1"))
        add(fmt::format("select * from \"{}\" order by 1", row[0]));
    content.digest = digest_hex(all);
    if (connection.query_integer(
            "select count(*) from sqlite_schema where name = 'keel_migrations'") > 0)
        content.applied = static_cast<std::size_t>(connection.query_integer(
            "select count(*) from keel_migrations where state = 'applied'"));
    return content;
}

/// The migrations, one run each, on a disk that is watched.
class WatchedRun {
  public:
    explicit WatchedRun(std::string_view journal_mode) : world_(EngineKind::sqlite) {
        write_templates(world_);
        world_.ask(fmt::format("pragma journal_mode = {}", journal_mode));
        contents_.push_back(content_of(*world_.connect()).digest);
        // With somebody else there, closing the database does not bring the log back into it.
        other_ = world_.connect();
        other_->query_text("select 1 from sqlite_schema");
        trace_ = std::make_unique<DiskTrace>(world_.url().path().parent_path());
        for (std::size_t i = 0; i < templates.size(); ++i) {
            {
                const RecordingVfs recording(*trace_);
                REQUIRE(went_well(world_.run("migrate up", {{"steps", "1"}})));
            }
            acknowledged_.push_back(trace_->size());
            contents_.push_back(content_of(*world_.connect()).digest);
        }
        REQUIRE(trace_->size() > 100);
    }

    /// Each `step`-th operation, and the moments at which a run has said that it is done.
    std::set<std::size_t> instants(std::size_t step) const {
        std::set<std::size_t> chosen(acknowledged_.begin(), acknowledged_.end());
        for (std::size_t after = 0; after <= trace_->size(); after += step) chosen.insert(after);
        return chosen;
    }

    /// What is wrong after a power cut; empty when nothing is.
    std::string judge(const PowerCut& cut) const {
        const TemporaryDirectory place;
        trace_->write_image(cut, place.path());
        Content found;
        try {
            const auto engine = sqlite::make_engine();
            found = content_of(*engine->connect(
                {.url = DatabaseUrl::parse("sqlite:world.db", place.path()), .read_only = false}));
        } catch (const Error& error) {
            return "cannot be opened: " + error.message();
        }
        if (!found.damage.empty()) return "damaged: " + found.damage;
        if (found.digest != contents_[found.applied])
            return fmt::format("the history has {} migrations, the database another content",
                               found.applied);
        std::size_t promised = 0;
        while (promised < acknowledged_.size() && acknowledged_[promised] <= cut.after) ++promised;
        if (found.applied < promised)
            return fmt::format("{} migrations were acknowledged, {} are there", promised,
                               found.applied);
        return {};
    }

  private:
    World world_;
    std::unique_ptr<Connection> other_;
    std::unique_ptr<DiskTrace> trace_;
    std::vector<std::size_t> acknowledged_;  ///< operations until then
    std::vector<std::string> contents_;      ///< after each number of migrations
};

constexpr std::array all_fates{PowerCut::Unsynced::lost, PowerCut::Unsynced::kept,
                               PowerCut::Unsynced::some, PowerCut::Unsynced::torn};

/// How many images were wrong, of each `step`-th operation; at most 20.
int count_wrong(const WatchedRun& run, std::size_t step, std::uint32_t seeds, bool is_lying,
                bool reports) {
    int wrong = 0;
    for (const std::size_t after : run.instants(step)) {
        for (const auto fate : all_fates) {
            const bool is_random =
                fate == PowerCut::Unsynced::some || fate == PowerCut::Unsynced::torn;
            for (std::uint32_t seed = 0; seed < (is_random ? seeds : 1); ++seed) {
                const auto fault =
                    run.judge({.after = after,
                               .unsynced = fate,
                               .seed = seed * 7919 + static_cast<std::uint32_t>(after),
                               .is_lying = is_lying});
                if (fault.empty()) continue;
                ++wrong;
                if (reports)
                    FAIL_CHECK("after ", after, " operations, fate ", static_cast<int>(fate),
                               ", seed ", seed, ": ", fault);
                if (wrong == 20) return wrong;
            }
        }
    }
    return wrong;
}

}  // namespace

TEST_CASE("after a power cut each migration is there with its line of history, or neither is") {
    // A sample of the instants, unless all are asked for.
    const bool all = std::getenv("KEEL_ALL_INSTANTS") != nullptr;
    std::string mode;
    SUBCASE("delete") {
        mode = "delete";
    }
    SUBCASE("wal") {
        mode = "wal";
    }
    const WatchedRun run(mode);
    CHECK(count_wrong(run, all ? 1 : 13, all ? 9 : 1, false, true) == 0);
}

TEST_CASE("a disk that lies about its syncs is caught") {
    const WatchedRun run("delete");
    CHECK(count_wrong(run, 5, 2, true, false) == 20);
}

}  // namespace keel
