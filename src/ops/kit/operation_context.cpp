#include "ops/kit/operation_context.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "db/admin.hpp"
#include "db/traced.hpp"

namespace keel {

OperationContext::OperationContext(const Parts& parts)
    : parts_(parts), run_id_(new_run_id(parts.context.clock.now())) {}

OperationContext::~OperationContext() = default;

Interaction* OperationContext::interaction() const noexcept {
    auto* interaction = parts_.interaction;
    const bool can_ask =
        interaction != nullptr && !parts_.invocation.no_input && interaction->can_ask();
    return can_ask ? interaction : nullptr;
}

bool OperationContext::is_testing() const {
    const auto value = parts_.variables("KEEL_TESTING");
    return value && !value->empty() && *value != "0";
}

bool OperationContext::is_read_only_run() const noexcept {
    return parts_.spec.effect == Effect::read || parts_.invocation.dry_run ||
           parts_.invocation.plan_request.has_value();
}

ProjectOverrides OperationContext::target_overrides() const {
    auto overrides = parts_.invocation.overrides;
    const auto option = parts_.spec.environment_option;
    if (option.empty() || !parts_.invocation.options.has(option)) return overrides;
    overrides.environment = parts_.invocation.options.text(option);
    overrides.database.reset();
    return overrides;
}

const Project& OperationContext::project() {
    if (!project_) project_ = Project::load(target_overrides(), parts_.variables);
    return *project_;
}

const EnvironmentChoice& OperationContext::choice() {
    if (!choice_) choice_ = project().choose_environment(parts_.context.clock.now());
    return *choice_;
}

std::optional<std::string> OperationContext::known_environment() {
    if (!project_) return std::nullopt;
    try {
        return choice().name;
    } catch (const Error&) {
        return std::nullopt;  // an unknown name is the business of operations that need one
    }
}

EnvironmentChoice OperationContext::active_choice() {
    return Project::load(parts_.invocation.overrides, parts_.variables)
        .choose_environment(parts_.context.clock.now());
}

const Environment& OperationContext::environment() {
    if (!environment_) environment_ = project().environment(choice().name);
    return *environment_;
}

const Engine& OperationContext::engine() {
    return engine_for(environment().url.engine());
}

ConnectOptions OperationContext::connect_options(bool read_only, bool create) {
    return {.url = environment().url,
            .read_only = read_only,
            .create = create,
            .ignore_ambient = is_testing(),
            .session = environment().session,
            .application_name = fmt::format("keel {} {}", parts_.spec.name, run_id_)};
}

std::unique_ptr<Connection> OperationContext::connect(bool read_only, bool create) {
    auto connection = engine().connect(connect_options(read_only, create));
    const auto& session = environment().session;
    if (!session.echo && session.slow_statement.count() == 0) return connection;
    return traced(std::move(connection), session, parts_.context.logger);
}

void OperationContext::adopt_connection(std::unique_ptr<Connection> connection) {
    connection_ = std::move(connection);
    connection_->on_notice([&logger = parts_.context.logger](Level level, std::string_view text) {
        logger.log(level, text);
    });
    cancel_.emplace(parts_.context.stop, *connection_);
}

Connection& OperationContext::connection() {
    if (!connection_) adopt_connection(connect(is_read_only_run(), false));
    return *connection_;
}

Connection* OperationContext::connection_if_exists() {
    try {
        return &connection();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found) throw;
        return nullptr;
    }
}

Connection& OperationContext::connection_or_create() {
    if (auto* connection = connection_if_exists()) return *connection;
    if (!parts_.spec.creates_database || is_read_only_run()) return connection();
    // Somebody else may be faster: then theirs is as good.
    try {
        engine().admin().create(environment().url);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::already_exists) throw;
    }
    return connection();
}

void OperationContext::disconnect() {
    lock_.reset();
    cancel_.reset();
    connection_.reset();
}

std::unique_ptr<Connection> OperationContext::another_connection(bool read_only) {
    return connect(read_only || is_read_only_run(), false);
}

const MarkerCheck& OperationContext::marker() {
    if (marker_) return *marker_;
    MarkerCheck check;
    check.is_protected = environment().is_protected;
    if (auto* connection = connection_if_exists()) {
        check = check_marker(*connection, engine(), environment());
    }
    marker_ = std::move(check);
    return *marker_;
}

bool OperationContext::is_protected() {
    return marker().is_protected;
}

bool OperationContext::is_known_protected() {
    return marker_ ? marker_->is_protected : project().is_protected(choice().name);
}

AuditLog OperationContext::audit_log() {
    return {project().state_directory() / "audit", parts_.context.clock};
}

void OperationContext::lock() {
    if (lock_) return;
    const LockOptions options{
        .holder = fmt::format("keel {}, pid {}, {}@{}", parts_.spec.name, ::getpid(),
                              parts_.invocation.actor.name, parts_.invocation.actor.host),
        .wait = environment().session.lock_timeout};
    lock_ = engine().admin().acquire_lock(connection(), options, parts_.context);
}

}  // namespace keel
