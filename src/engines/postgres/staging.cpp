#include "engines/postgres/staging.hpp"

#include <fmt/format.h>

#include "engines/postgres/connection.hpp"
#include "engines/postgres/database_state.hpp"
#include "engines/postgres/dump_catalog.hpp"
#include "engines/postgres/quote.hpp"

namespace keel::postgres {
namespace {

// The first version in which CREATE DATABASE may be told how to copy.
constexpr std::int64_t first_with_strategy = 150'000;

/// Holds a session whose name says that the run is at work, so that nobody takes its database for
/// a leftover.
class WorkGuard final : public DatabaseLock {
  public:
    explicit WorkGuard(std::unique_ptr<Connection> session) : session_(std::move(session)) {}

  private:
    std::unique_ptr<Connection> session_;
};

std::string create_statement(const std::string& name, const Json& state) {
    const auto literal = [&](std::string_view key) {
        return quote_literal(state.string_or(key, ""));
    };
    std::string sql = fmt::format(
        "create database {} template template0 encoding {} lc_collate {} lc_ctype {}",
        quote_identifier(name), literal("encoding"), literal("collate"), literal("ctype"));
    const auto provider = state.string_or("provider", "c");
    if (provider == "i") sql += " locale_provider icu icu_locale " + literal("icu_locale");
    if (provider == "b") sql += " locale_provider builtin builtin_locale " + literal("icu_locale");
    if (!state.string_or("icu_rules", "").empty()) sql += " icu_rules " + literal("icu_rules");
    return sql;
}

}  // namespace

Staging::Staging(const StageOptions& options, const EngineOptions& engine_options,
                 const Context& context)
    : options_(options),
      context_(context),
      server_(options_.target, engine_options),
      target_(server_.database()),
      name_(side_name(SideRole::staged, target_, options.run_id)),
      maintenance_(server_.maintenance(worker_name(options.run_id))) {
    require_createdb();
}

Staging::~Staging() {
    if (is_ours_) drop();
}

void Staging::require_createdb() {
    const auto may = maintenance_->query_text(
        "select 1 from pg_catalog.pg_roles where rolname = current_user and (rolcreatedb or "
        "rolsuper)");
    if (may) return;
    const auto role = maintenance_->query_text("select current_user").value_or("");
    throw Error(ErrorKind::config,
                fmt::format("role '{}' may not create databases, and the new database is made "
                            "beside the old one",
                            role))
        .with_hint(fmt::format("as a superuser: alter role {} createdb", quote_identifier(role)));
}

void Staging::create(const Json& state) {
    try {
        is_ours_ = true;  // a failure may come after the server has made it
        maintenance_->execute(create_statement(name_, state));
    } catch (Error& error) {
        if (error.message().find("locale") != std::string::npos)
            error.set_hint("the source's locale must exist on this server: install it there");
        error.add_trail("make the database beside the target");
        throw;
    }
    mark(state);
}

void Staging::create_usual() {
    is_ours_ = true;
    maintenance_->execute(fmt::format("create database {}", quote_identifier(name_)));
    // What it is to have again once it is published.
    mark(read_database_state(*maintenance_, name_).value_or(Json()));
}

void Staging::create_from(std::string_view source, const Json& state) {
    const bool has_strategy =
        maintenance_->query_integer("show server_version_num") >= first_with_strategy;
    is_ours_ = true;
    maintenance_->execute(fmt::format("create database {} template {}{}", quote_identifier(name_),
                                      quote_identifier(source),
                                      has_strategy ? " strategy file_copy" : ""));
    mark(state);
}

void Staging::mark(const Json& state) {
    maintenance_->execute(
        fmt::format("revoke connect on database {} from public", quote_identifier(name_)));
    const SideDatabase side{.role = SideRole::staged,
                            .name = name_,
                            .target = target_,
                            .run_id = options_.run_id,
                            .state = state};
    maintenance_->execute(fmt::format("comment on database {} is {}", quote_identifier(name_),
                                      quote_literal(side_comment(side))));
}

std::unique_ptr<Connection> Staging::connect() const {
    auto connection = server_.connect(name_, worker_name(options_.run_id));
    set_dump_settings(*connection, false);
    // Nobody relies on the database before it is published, and publishing waits for the log.
    connection->execute("set synchronous_commit = off");
    connection->execute("set lock_timeout = 0");
    return connection;
}

StagedDatabase Staging::keep() {
    is_ours_ = false;
    StagedDatabase staged;
    staged.url = options_.target.with_database(name_);
    staged.target = options_.target;
    staged.run_id = options_.run_id;
    staged.guard = std::make_shared<WorkGuard>(std::move(maintenance_));
    return staged;
}

void Staging::drop() noexcept {
    try {
        if (!maintenance_->is_usable())
            maintenance_ = server_.maintenance(worker_name(options_.run_id));
        drop_database(*maintenance_, name_);
    } catch (const std::exception& failure) {
        context_.logger.log(Level::warning,
                            fmt::format("the staged database '{}' could not be dropped: {}; "
                                        "keel recover will do it",
                                        name_, failure.what()));
    }
}

}  // namespace keel::postgres
