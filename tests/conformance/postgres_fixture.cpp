#include <fmt/format.h>

#include <filesystem>

#include "base/digest.hpp"
#include "base/json.hpp"
#include "db/inspector.hpp"
#include "fixture.hpp"
#include "postgres_samples.hpp"
#include "postgres_support.hpp"
#include "support/temporary_directory.hpp"

namespace keel::conformance {
namespace {

class PostgresFixture final : public EngineFixture {
  public:
    PostgresFixture() : samples_(postgres_samples(side_path())) {
        // The server writes as another user, where it writes at all.
        std::filesystem::permissions(directory_.path(), std::filesystem::perms::all);
    }
    ~PostgresFixture() override {
        for (const auto& name : names_) drop_postgres_databases(name);
    }
    PostgresFixture(const PostgresFixture&) = delete;
    PostgresFixture& operator=(const PostgresFixture&) = delete;

    const Engine& engine() const override { return postgres_engine(); }
    const Samples& samples() const override { return samples_; }

    DatabaseUrl new_address() override {
        names_.push_back(new_database_name());
        return postgres_url(names_.back());
    }

    std::string observe(const DatabaseUrl& url) override {
        const auto connection = connect_postgres(url);
        std::string seen = engine().inspector().fingerprint(*connection);
        for (const std::string query :
             {"select * from t order by id", "select oid from pg_largeobject_metadata",
              "select * from pg_sequences", "select * from pg_db_role_setting",
              "select * from pg_file_settings",
              "select rolname, rolconfig from pg_roles order by 1",
              "select slot_name from pg_replication_slots", "select gid from pg_prepared_xacts",
              "select obj_description('t'::regclass), relacl from pg_class where relname = 't'",
              "select count(*) from pg_statistic s join pg_class c on c.oid = s.starelid where "
              "c.relname = 't'"}) {
            for (const auto& row : connection->query_rows(query))
                seen += fmt::format("\n{}", fmt::join(row, "|"));
        }
        for (const auto& entry : std::filesystem::directory_iterator(directory_.path()))
            seen += "\n" + entry.path().native();
        return seen;
    }

    bool sever(const DatabaseUrl& url, Connection& connection) override {
        const auto pid = connection.query_integer("select pg_backend_pid()");
        const auto other = connect_postgres(url);
        const std::vector<Value> params = {pid};
        other->query_text("select pg_terminate_backend($1::int, 5000)", params);
        return true;
    }

    void leave_behind(const DatabaseUrl& target) override {
        const std::string run = "20260102t030405-killed";
        const auto name = target.database() + "__keel_" + run;
        const auto maintenance = connect_postgres(postgres_url("postgres"));
        maintenance->execute(fmt::format("create database \"{}\"", name));
        Json mark = Json::object();
        mark.set("keel", "staged").set("target", target.database()).set("run", run);
        maintenance->execute(fmt::format("comment on database \"{}\" is '{}'", name, mark.dump()));
    }

  private:
    std::filesystem::path side_path() const { return directory_.path() / "side"; }

    TemporaryDirectory directory_;
    Samples samples_;
    std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<EngineFixture> make_postgres_fixture() {
    if (postgres_directory().empty()) return nullptr;
    return std::make_unique<PostgresFixture>();
}

}  // namespace keel::conformance
