#include "engines/postgres/connection.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "engines/postgres/copy.hpp"
#include "engines/postgres/libpq.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/script.hpp"
#include "engines/postgres/values.hpp"

namespace keel::postgres {
namespace {

std::string_view isolation_name(Isolation isolation) {
    switch (isolation) {
        case Isolation::read_committed:
            return "read committed";
        case Isolation::repeatable_read:
            return "repeatable read";
        case Isolation::serializable:
            return "serializable";
    }
    return "";
}

/// COPY needs its own calls; as a plain statement it would leave the protocol waiting for data.
void refuse_copy(Wire& wire, ExecStatusType status) {
    if (status != PGRES_COPY_IN && status != PGRES_COPY_OUT && status != PGRES_COPY_BOTH) return;
    wire.abandon();
    throw Error(ErrorKind::invalid_input, "COPY with STDIN or STDOUT cannot run as a statement")
        .with_hint("put it into a script with its data, or use a file");
}

bool is_failure(ExecStatusType status) {
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

}  // namespace

PostgresConnection::PostgresConnection(std::shared_ptr<Wire> wire,
                                       std::unique_ptr<ReadOnlyGate> gate)
    : wire_(std::move(wire)), gate_(std::move(gate)) {}

PostgresConnection::~PostgresConnection() = default;

void PostgresConnection::check(std::string_view sql) {
    if (gate_ != nullptr) gate_->check(*wire_, sql);
}

std::uint64_t PostgresConnection::execute(std::string_view sql, std::span<const Value> params) {
    std::uint64_t changed = 0;
    check(sql);
    wire_->send(sql, params);
    const Running running(*wire_);
    std::optional<Error> failure;
    for (auto result = wire_->next(); result != nullptr; result = wire_->next()) {
        const auto status = libpq().result_status(result.get());
        refuse_copy(*wire_, status);
        if (is_failure(status) && !failure) failure = wire_->error(*result, sql);
        changed = parse_unsigned(libpq().cmd_tuples(result.get())).value_or(changed);
    }
    if (failure) throw *failure;
    return changed;
}

void PostgresConnection::query(std::string_view sql, std::span<const Value> params,
                               const std::function<void(const Row&)>& each) {
    check(sql);
    wire_->send(sql, params);
    const Running running(*wire_);
    std::optional<Error> failure;
    for (auto result = wire_->next(); result != nullptr; result = wire_->next()) {
        const auto status = libpq().result_status(result.get());
        refuse_copy(*wire_, status);
        if (is_failure(status) && !failure) failure = wire_->error(*result, sql);
        for (int row = 0; row < libpq().ntuples(result.get()); ++row) each(ResultRow(*result, row));
    }
    if (failure) throw *failure;
}

void PostgresConnection::run_script(std::span<const Statement> statements) {
    for (const auto& statement : statements) check(statement.text);
    postgres::run_script(*wire_, statements);
}

std::unique_ptr<RowSource> PostgresConnection::copy_out(const CopySpec& spec) {
    if (gate_ != nullptr && !spec.query.empty()) check(spec.query);
    return open_copy_out(wire_, spec);
}

std::unique_ptr<RowSink> PostgresConnection::copy_in(const CopySpec& spec) {
    if (gate_ != nullptr) gate_->refuse("copy … from stdin");
    return open_copy_in(wire_, spec);
}

void PostgresConnection::on_notice(std::function<void(Level, std::string_view)> handler) {
    wire_->on_notice(std::move(handler));
}

void PostgresConnection::cancel() noexcept {
    wire_->cancel();
}

void PostgresConnection::begin(const TransactionOptions& options) {
    if (wire_->in_transaction())
        throw Error(ErrorKind::internal, "a transaction is open on this connection already");
    const bool read_only = options.read_only || gate_ != nullptr;
    const bool ends_orphans = !read_only && can_end_orphans();
    const auto begin =
        fmt::format("begin isolation level {}{}{}", isolation_name(options.isolation),
                    read_only ? " read only" : "",
                    ends_orphans ? "; set local client_connection_check_interval = '2s'" : "");
    try {
        wire_->run_simple(begin);
        if (!options.snapshot.empty())
            wire_->run(fmt::format("set transaction snapshot {}", quote_literal(options.snapshot)));
        // The first query fixes the mode: from here on the server itself refuses READ WRITE.
        if (gate_ != nullptr) wire_->run("select 1");
    } catch (const Error&) {
        rollback();
        throw;
    }
}

/// A server works on for a client that was killed until the statement ends, and holds its locks so
/// long. In a transaction nothing of that work can stay, so it is told to look. (Outside of one, a
/// statement like CREATE INDEX CONCURRENTLY had better come to its end.) Servers on systems that
/// cannot tell a closed socket refuse the setting.
bool PostgresConnection::can_end_orphans() {
    constexpr int first_version_that_looks = 140000;
    if (!can_end_orphans_) {
        can_end_orphans_ = libpq().server_version(wire_->raw()) >= first_version_that_looks &&
                           query_text("select pg_catalog.version()").value_or("").find("linux") !=
                               std::string::npos;
    }
    return *can_end_orphans_;
}

void PostgresConnection::commit() {
    const bool was_failed = wire_->transaction_status() == PQTRANS_INERROR;
    // A connection known to be dead has not carried the COMMIT: that is a plain loss.
    wire_->check_alive();
    try {
        wire_->run("commit");
    } catch (Error& error) {
        if (wire_->is_usable()) throw;
        throw Error(ErrorKind::in_doubt,
                    fmt::format("COMMIT was sent and its reply lost: {}", error.message()))
            .with_hint(
                "whether the transaction took effect is not known; look before repeating it");
    }
    if (was_failed)
        throw Error(ErrorKind::sql,
                    "the transaction was rolled back: one of its statements had failed");
}

void PostgresConnection::rollback() {
    if (!wire_->in_transaction()) return;  // with a lost connection it is rolled back already
    wire_->run("rollback");
}

bool PostgresConnection::in_transaction() const noexcept {
    return wire_->in_transaction();
}

bool PostgresConnection::is_usable() const noexcept {
    return wire_->is_usable();
}

void PostgresConnection::ping() {
    wire_->run("");
}

void* PostgresConnection::raw() noexcept {
    return wire_->raw();
}

std::shared_ptr<Wire> wire_of(Connection& connection) {
    return Wire::of(static_cast<PGconn*>(connection.raw()));
}

std::unique_ptr<Connection> internal_connection(Connection& connection) {
    return std::make_unique<PostgresConnection>(wire_of(connection), nullptr);
}

}  // namespace keel::postgres
