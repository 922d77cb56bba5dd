#include "world.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>

#include "base/file.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/dialect.hpp"
#include "db/inspector.hpp"
#include "engines/postgres/engine.hpp"
#include "engines/sqlite/engine.hpp"
#include "ops/kit/runner.hpp"
#include "ops/migrate/operations.hpp"

namespace keel::test {
namespace {

/// The private server of the test run, or nothing.
std::optional<std::string> server_directory() {
    const char* directory = std::getenv("KEEL_TEST_POSTGRES");
    return directory == nullptr ? std::nullopt : std::optional<std::string>(directory);
}

std::string server_address(const std::string& database) {
    return fmt::format("postgresql://keel@/{}?host={}/socket", database, *server_directory());
}

class OneEngine final : public EngineSet {
  public:
    explicit OneEngine(const Engine& engine) : engine_(engine) {}
    const Engine& engine(EngineKind) const override { return engine_; }

  private:
    const Engine& engine_;
};

class Nobody final : public Interaction {
  public:
    void banner(std::string_view) override {}
    bool can_ask() const override { return false; }
    std::optional<std::string> ask(std::string_view) override { return std::nullopt; }
};

const OperationEntry& entry_of(std::string_view name) {
    for (const OperationEntry& entry : migrate_operations())
        if (entry.spec->name == name) return entry;
    throw Error(ErrorKind::internal, fmt::format("no operation {}", name));
}

std::unique_ptr<Engine> make_engine(EngineKind kind) {
    return kind == EngineKind::sqlite ? sqlite::make_engine() : postgres::make_engine();
}

void on_server(const Engine& engine, const std::string& sql) {
    engine
        .connect({.url = DatabaseUrl::parse(server_address("postgres"), "/"), .read_only = false})
        ->execute(sql);
}

}  // namespace

World::World(EngineKind kind) : kind_(kind), engine_(make_engine(kind)) {
    std::filesystem::create_directory(folder());
    if (kind == EngineKind::sqlite) {
        address_ = "sqlite:" + (directory_.path() / "world.db").native();
        engine_->admin().create(DatabaseUrl::parse(address_, "/"));
        return;
    }
    database_ = "m" + replace_all(new_uuid(), "-", "");
    address_ = server_address(database_);
    on_server(*engine_, "create database " + database_);
}

World::~World() {
    if (database_.empty()) return;
    try {
        on_server(*engine_, fmt::format("drop database if exists {} with (force)", database_));
    } catch (const Error& error) {
        MESSAGE("left behind ", database_, ": ", error.message());
    }
}

bool World::has_postgres() {
    return server_directory().has_value();
}

DatabaseUrl World::url() const {
    return DatabaseUrl::parse(address_, "/");
}

void World::file(const std::string& name, std::string_view text) const {
    const auto path = folder() / name;
    std::filesystem::create_directories(path.parent_path());
    write_file_atomically(path, text);
}

void World::configure(std::string_view text) const {
    write_file_atomically(directory_.path() / "keel.toml", text);
}

void World::remove_file(const std::string& name) const {
    std::filesystem::remove(folder() / name);
}

Report World::run(std::string_view operation, const Options& options) {
    return run(operation, options, false);
}

Report World::dry_run(std::string_view operation, const Options& options) {
    return run(operation, options, true);
}

Report World::run(std::string_view operation, const Options& options, bool dry_run) {
    return run(replacement == nullptr ? *engine_ : *replacement, operation, options, dry_run);
}

Report World::run_on(const Engine& engine, std::string_view operation) {
    return run(engine, operation, {}, false);
}

Report World::run(const Engine& engine, std::string_view operation, const Options& options,
                  bool dry_run) {
    Invocation invocation;
    invocation.operation = operation;
    for (const auto& [name, value] : options) invocation.options.set(name, value);
    invocation.overrides.directory = directory_.path();
    invocation.overrides.database = address_;
    if (!through.empty())
        invocation.overrides.database =
            fmt::format("postgresql://keel@/{}?host={}", database_, through.native());
    invocation.actor = {.name = "tester", .host = "here"};
    invocation.dry_run = dry_run;
    const OneEngine engines(engine);
    Services services;
    services.safety_backup = &backups;
    services.table_backups = tables;
    services.extensions = &extensions;
    Nobody nobody;
    const SystemClock clock;
    const Context context{stop.get_token(), no_progress(), no_logger(), clock};
    const EnvironmentReader variables = [](std::string_view) { return std::nullopt; };
    return Runner(engines, services, variables, nobody)
        .run(entry_of(operation), invocation, context);
}

void World::within(std::string_view operation, const std::function<void(OperationContext&)>& work) {
    Invocation invocation;
    invocation.operation = operation;
    invocation.overrides.directory = directory_.path();
    invocation.overrides.database = address_;
    const OneEngine engines(*engine_);
    const Services services;
    const SystemClock clock;
    const Context context{stop.get_token(), no_progress(), no_logger(), clock};
    const EnvironmentReader variables = [](std::string_view) { return std::nullopt; };
    OperationContext operation_context({.invocation = invocation,
                                        .spec = *entry_of(operation).spec,
                                        .engines = engines,
                                        .services = services,
                                        .variables = variables,
                                        .context = context});
    operation_context.lock();
    work(operation_context);
}

void World::empty() const {
    if (kind_ == EngineKind::sqlite) {
        for (const std::string suffix : {"", "-wal", "-shm", "-journal"})
            std::filesystem::remove(directory_.path() / ("world.db" + suffix));
        engine_->admin().create(DatabaseUrl::parse(address_, "/"));
        return;
    }
    const auto connection = connect();
    connection->execute("set client_min_messages = warning");
    connection->execute("drop schema if exists keel cascade");
    connection->execute("drop schema public cascade");
    connection->execute("create schema public");
}

std::unique_ptr<Connection> World::connect() const {
    return engine_->connect({.url = DatabaseUrl::parse(address_, "/"), .read_only = false});
}

void World::execute(std::string_view sql) const {
    connect()->execute(sql);
}

std::string World::ask(std::string_view sql) const {
    return connect()->query_text(sql).value_or("null");
}

bool World::has_table(const std::string& name) const {
    const std::string catalog = kind_ == EngineKind::sqlite
                                    ? "sqlite_schema where type = 'table' and name"
                                    : "pg_tables where tablename";
    return ask(fmt::format("select count(*) from {} = '{}'", catalog, name)) == "1";
}

std::string World::history_table() const {
    return engine_->dialect().internal_table("migrations");
}

bool World::has_history() const {
    const auto connection = connect();
    return engine_->inspector().has_internal_table(*connection, "migrations");
}

std::string World::history() const {
    std::string text;
    const auto rows = connect()->query_rows(
        fmt::format("select version, state from {} order by sequence", history_table()));
    for (const auto& row : rows)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", row[0], row[1]);
    return text;
}

void for_each_engine(const std::function<void(World&)>& body) {
    SUBCASE("sqlite") {
        World world(EngineKind::sqlite);
        body(world);
    }
    SUBCASE("postgres") {
        if (!server_directory()) return;
        World world(EngineKind::postgres);
        body(world);
    }
}

bool went_well(const Report& report) {
    if (report.ok()) return true;
    MESSAGE(report.command, ": ", report.error->message(), ", while ",
            join(report.error->trail(), ", while "));
    return false;
}

bool holds(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::string listed(const Json& array, std::string_view key) {
    std::string text;
    for (const Json& item : array.as_array())
        text += (text.empty() ? "" : " ") + item.at(key).as_string();
    return text;
}

}  // namespace keel::test
