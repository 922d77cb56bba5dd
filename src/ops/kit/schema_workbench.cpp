#include "ops/kit/schema_workbench.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/dialect.hpp"
#include "db/sql_words.hpp"

namespace keel {
namespace {

/// A role that a grant names and this server does not have.
bool names_unknown_role(const Error& error, const Statement& statement) {
    if (!error.sql() || error.sql()->state != "42704") return false;
    const auto words = sql_words(statement.text);
    return !words.empty() && (words.front() == "grant" || words.front() == "revoke" ||
                              has_sequence(words, {"alter", "default", "privileges"}));
}

}  // namespace

Workbench::Workbench(OperationContext& context, const SchemaSource& home)
    : context_(context),
      home_(home.url ? *home.url : context.environment().url),
      engine_(context.engine_for(home_.engine())) {}

Connection& Workbench::scratch() {
    if (!scratch_)
        scratch_ = engine_.schema_tools().make_scratch({.url = home_, .run_id = context_.run_id()},
                                                       context_.context());
    return scratch_->connection();
}

Connection& Workbench::empty_scratch() {
    // To make it anew is sooner done than to drop thousands of objects in one transaction.
    scratch_.reset();
    return scratch();
}

SchemaModel Workbench::read(const SchemaSource& source) {
    context_.context().check_cancelled("reading the schema");
    switch (source.kind) {
        case SchemaSource::Kind::environment:
        case SchemaSource::Kind::database:
            return read_database(source);
        case SchemaSource::Kind::file:
        case SchemaSource::Kind::folder:
            return read_scripts_of(read_scripts(source));
        case SchemaSource::Kind::models:
            return read_scripts_of(
                {{.shown = source.shown, .text = context_.services().models->script(engine_)}});
        case SchemaSource::Kind::backup:
            return read_backup(source);
    }
    throw Error(ErrorKind::internal, "unknown kind of schema source");
}

SchemaModel Workbench::read_database(const SchemaSource& source) {
    refuse_other_engine(source.url->engine(), source.shown);
    const bool is_own = *source.url == context_.environment().url;
    SchemaModel model;
    if (is_own) {
        auto* connection = context_.connection_if_exists();
        model = connection != nullptr ? engine_.schema_tools().read(*connection)
                                      : engine_.schema_tools().blank();
    } else {
        const auto connection =
            engine_.connect({.url = *source.url,
                             .read_only = true,
                             .ignore_ambient = context_.is_testing(),
                             .session = context_.environment().session,
                             .application_name = "keel schema " + context_.run_id(),
                             .stop = context_.context().stop});
        model = engine_.schema_tools().read(*connection);
    }
    for (const auto& thing : model.not_carried)
        warnings_.push_back(fmt::format("{}: {} is not compared", source.shown, thing));
    // Another server may put the same thing in other words.
    if (*source.url != home_) return rebuilt_here(model);
    return model;
}

SchemaModel Workbench::rebuilt_here(const SchemaModel& model) {
    auto& connection = empty_scratch();
    build_schema(engine_, connection, model);
    return engine_.schema_tools().read(connection);
}

SchemaModel Workbench::read_backup(const SchemaSource& source) {
    refuse_other_engine(source.backup.engine, source.shown);
    auto model = context_.services().backup_schemas->read(context_, source.backup, empty_scratch());
    if (!source.backup.warning.empty()) warnings_.push_back(source.backup.warning);
    for (const auto& thing : model.not_carried)
        warnings_.push_back(fmt::format("{}: {} is not compared", source.shown, thing));
    return model;
}

SchemaModel Workbench::read_scripts_of(const std::vector<SchemaScript>& scripts) {
    auto& connection = empty_scratch();
    for (const auto& script : scripts) {
        run(script, connection);
        for (auto& hint : rename_hints(script.text)) hints_.push_back(std::move(hint));
    }
    return engine_.schema_tools().read(connection);
}

void Workbench::run(const SchemaScript& script, Connection& connection) {
    try {
        for (const auto& statement : engine_.dialect().split(script.text).statements) {
            context_.context().check_cancelled("loading the schema");
            try {
                connection.run_script(std::span(&statement, 1));
            } catch (const Error& error) {
                if (!names_unknown_role(error, statement)) throw;
                warnings_.push_back(fmt::format("{}:{}: left out: {}", script.shown, statement.line,
                                                error.message()));
            }
        }
        if (connection.in_transaction()) connection.commit();
        if (engine_.kind() == EngineKind::postgres) connection.execute("reset all");
    } catch (Error& error) {
        auto where = error.where();
        where.file = script.shown;
        error.set_where(where);
        error.add_trail(fmt::format("load '{}' into a scratch database", script.shown));
        throw;
    }
}

void Workbench::refuse_other_engine(EngineKind kind, const std::string& shown) const {
    if (kind == engine_.kind()) return;
    throw Error(ErrorKind::unsupported,
                fmt::format("'{}' is a {} database and is compared with one of {}", shown,
                            to_string(kind), to_string(engine_.kind())))
        .with_hint("compare databases of one engine");
}

ProvenPlan Workbench::prove(const SchemaModel& from, const SchemaModel& to,
                            const ProofOptions& options) {
    if (differences(from, to).empty()) return {};
    return prove_plan(engine_, empty_scratch(), from, to, options, context_.context());
}

}  // namespace keel
