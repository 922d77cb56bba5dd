#include "ops/migrate/rehearsal_demand.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/dialect.hpp"
#include "db/inspector.hpp"
#include "ops/migrate/rehearsal_record.hpp"
#include "ops/migrate/script.hpp"

namespace keel {
namespace {

/// Tables that hold nothing can lose nothing.
bool holds_rows(OperationContext& context, Connection& connection) {
    const auto& dialect = context.engine().dialect();
    const auto catalog = context.engine().inspector().inspect(connection, {});
    return std::ranges::any_of(catalog.tables, [&](const Table& table) {
        if (table.kind == TableKind::foreign || table.kind == TableKind::virtual_table)
            return false;
        if (dialect.is_internal(table.schema, table.name)) return false;
        return connection
            .query_text(
                fmt::format("select 1 from {} limit 1", dialect.quote(table.schema, table.name)))
            .has_value();
    });
}

}  // namespace

std::string demand_rehearsal(OperationContext& context,
                             const std::vector<const Migration*>& selected) {
    const auto& policy = context.project().migrations().rehearsal;
    if (policy == "off" || selected.empty() || !context.is_known_protected()) return {};
    Connection* connection = context.connection_if_exists();
    if (connection == nullptr || !holds_rows(context, *connection)) return {};
    const auto fingerprint = context.engine().inspector().fingerprint(*connection);
    const auto missing = not_rehearsed(context, selected, fingerprint);
    if (missing.empty()) return {};
    const auto problem = fmt::format(
        "{} of {} not rehearsed on '{}' as they are now, from the schema as it is now: {}{}",
        missing.size(),
        count_of(selected.size(), "pending migration was", "pending migrations were"),
        context.choice().name, migration_label(missing.front()->version, missing.front()->name),
        missing.size() > 1 ? ", …" : "");
    const auto instead = fmt::format("keel migrate rehearse -e {}", context.choice().name);
    if (policy == "warn") return fmt::format("{}: try them first with {}", problem, instead);
    throw Error(ErrorKind::refused, problem)
        .with_hint(fmt::format("try them on a copy first: {}; what a rehearsal finds is found "
                               "before it costs anything ([migrations] rehearsal in keel.toml says "
                               "whether this is asked)",
                               instead));
}

}  // namespace keel
