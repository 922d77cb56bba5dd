#include "ops/copy/source.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "db/admin.hpp"
#include "db/inspector.hpp"

namespace keel {
namespace {

/// Larger databases are not counted row by row for a plan.
constexpr std::int64_t largest_counted = 64 << 20;

}  // namespace

CopySource::CopySource(OperationContext& context, const std::string& name)
    : environment_(context.project().environment(name)),
      engine_(context.engine_for(environment_.url.engine())),
      options_(
          {.url = environment_.url,
           .read_only = true,
           .ignore_ambient = context.is_testing(),
           .session = environment_.session,
           .application_name = fmt::format("keel {} {}", context.spec().name, context.run_id()),
           .stop = context.context().stop}) {
    if (environment_.name == context.choice().name)
        throw Error(ErrorKind::usage,
                    fmt::format("source and target are both '{}'", environment_.name))
            .with_hint("name two environments: keel env list");
}

std::unique_ptr<Connection> CopySource::connect() const {
    try {
        return engine_.connect(options_);
    } catch (Error& error) {
        if (error.kind() == ErrorKind::not_found && error.hint().empty())
            error.set_hint(fmt::format("look at it with: keel status -e {}", environment_.name));
        error.add_trail(fmt::format("open the source '{}'", environment_.name));
        throw;
    }
}

SourceState read_source_state(OperationContext& context, const CopySource& source) {
    const auto connection = source.connect();
    const CancelOnStop cancel(context.context().stop, *connection);
    const Engine& engine = source.engine();
    const auto info = engine.admin().info(*connection);
    const auto rows = info.size_bytes <= largest_counted ? RowCounts::exact : RowCounts::estimate;
    SourceState state;
    state.identity = engine.admin().identity(*connection);
    state.is_protected = check_marker(*connection, engine, source.environment()).is_protected;
    for (const Table& table : engine.inspector().inspect(*connection, {.rows = rows}).tables) {
        state.tables.push_back({.schema = table.schema,
                                .name = table.name,
                                .rows = static_cast<std::uint64_t>(
                                    std::max<std::int64_t>(table.rows.value_or(0), 0))});
    }
    return state;
}

void refuse_same_database(OperationContext& context, const CopySource& source,
                          const DatabaseIdentity& identity) {
    if (&source.engine() != &context.engine()) return;
    auto* connection = context.connection_if_exists();
    if (connection == nullptr) return;
    if (context.engine().admin().identity(*connection).bound != identity.bound) return;
    throw Error(ErrorKind::refused, fmt::format("'{}' and '{}' are one and the same database",
                                                source.environment().name, context.choice().name))
        .with_hint("give them databases of their own: keel config show --origin");
}

}  // namespace keel
