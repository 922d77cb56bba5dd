#include "ops/copy/settle.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/admin.hpp"

namespace keel {
namespace {

void bind_marker(OperationContext& context) {
    const Engine& engine = context.engine();
    Connection& connection = context.connection();
    const auto& marker = context.marker().marker;
    if (marker && marker->bound.bound == engine.admin().identity(connection).bound) return;
    stamp_marker(connection, engine, context.environment(), context.project().name(), false,
                 context.context().clock.now());
    context.forget_marker();
}

}  // namespace

void settle_marker(OperationContext& context, const std::string& source) {
    try {
        bind_marker(context);
    } catch (const Error& error) {
        throw Error(ErrorKind::partial,
                    fmt::format("'{}' was copied into '{}', but cannot be looked at: {}", source,
                                context.choice().name, error.message()))
            .with_hint(
                "look at it with: keel status; what was there before comes back with: "
                "keel undo");
    }
}

}  // namespace keel
