#include "ops/migrate/rehearsal_clone.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/admin.hpp"
#include "db/copier.hpp"

namespace keel {
namespace {

void refuse_missing(OperationContext& context) {
    if (context.connection_if_exists() != nullptr) return;
    throw Error(ErrorKind::not_found, fmt::format("there is no database at {} to rehearse on",
                                                  context.environment().url.redacted()))
        .with_hint("apply the migrations with: keel migrate up");
}

}  // namespace

RehearsalClone::RehearsalClone(OperationContext& context) : context_(context) {
    refuse_missing(context);
    // While the server copies a database itself, nobody can connect to it: no matter where only
    // developers would.
    const bool may_use_template = !context.is_protected();
    context.disconnect();  // it would be in the way of that, and is not needed meanwhile
    const ConnectOptions source{.url = context.environment().url,
                                .read_only = true,
                                .ignore_ambient = context.is_testing(),
                                .session = context.environment().session,
                                .application_name = "keel migrate rehearse " + context.run_id(),
                                .stop = context.context().stop};
    const CopyOptions options{.source = source,
                              .to = {.target = source.url, .run_id = context.run_id()},
                              .may_use_template = may_use_template};
    try {
        auto copied = context.engine().copier().stage(options, context.context());
        method_ = copied.method;
        bytes_ = copied.bytes;
        staged_ = std::move(copied.staged);
    } catch (Error& error) {
        error.add_trail("copy the database for the rehearsal");
        throw;
    }
}

RehearsalClone::~RehearsalClone() {
    try {
        discard();
    } catch (const Error& error) {
        context_.context().logger.log(
            Level::warning, "the rehearsal's copy could not be removed: " + error.message());
    }
}

std::unique_ptr<Connection> RehearsalClone::connect() const {
    return context_.engine().connect({.url = staged_->url,
                                      .read_only = false,
                                      .ignore_ambient = context_.is_testing(),
                                      .session = context_.environment().session,
                                      .application_name = "keel migrate rehearse"});
}

void RehearsalClone::discard() {
    if (!staged_) return;
    const StagedDatabase staged = *std::exchange(staged_, std::nullopt);
    context_.engine().admin().discard(staged);
}

}  // namespace keel
