#include "db/engine.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/lone_statement.hpp"
#include "db/observation.hpp"
#include "db/schema_change.hpp"
#include "db/statement_reader.hpp"
#include "db/table_rebuild.hpp"

namespace keel {

std::unique_ptr<ScratchSchema> Engine::make_scratch() const {
    return nullptr;
}

std::unique_ptr<SchemaChangeGuard> Engine::guard_schema_change(
    Connection& /*connection*/, const SchemaChangeOptions& /*options*/) const {
    return nullptr;
}

std::unique_ptr<LoneStatement> Engine::lone_statement(std::string_view /*statement*/) const {
    return nullptr;
}

Observation Engine::observe(Connection& /*connection*/) const {
    return {};
}

TableRebuild Engine::rebuild_table(Connection& /*connection*/, std::string_view table) const {
    throw Error(ErrorKind::unsupported,
                fmt::format("'{}' needs no rebuilding: {} changes tables in place", table, name()))
        .with_hint("write the change with alter table");
}

}  // namespace keel
