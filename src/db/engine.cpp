#include "db/engine.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace keel {

TableRebuild Engine::rebuild_table(Connection& /*connection*/, std::string_view table) const {
    throw Error(ErrorKind::unsupported,
                fmt::format("'{}' needs no rebuilding: {} changes tables in place", table, name()))
        .with_hint("write the change with alter table");
}

}  // namespace keel
