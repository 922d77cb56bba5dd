#include "engines/postgres/wire.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <limits>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "engines/postgres/cancel.hpp"
#include "engines/postgres/connect.hpp"
#include "engines/postgres/errors.hpp"
#include "engines/postgres/values.hpp"

namespace keel::postgres {
namespace {

/// How long a cancelled statement may take to end before the connection is given up.
constexpr std::chrono::seconds cancel_patience{5};

// Only its address matters: it names Keel's instance data of a PGconn.
int instance_key(PGEventId, void*, void*) noexcept {
    return 1;
}

Level level_of(std::string_view severity) {
    if (severity == "WARNING") return Level::warning;
    if (severity == "NOTICE") return Level::notice;
    if (severity.starts_with("DEBUG")) return Level::debug;
    return Level::info;
}

}  // namespace

void check_statement(std::string_view sql) {
    if (sql.find('\0') != std::string_view::npos)
        throw Error(ErrorKind::invalid_input, "the statement holds a NUL");
    if (sql.size() > std::size_t{1} << 30)
        throw Error(ErrorKind::invalid_input, "the statement is longer than 1 GiB");
}

Wire::Wire(ConnectionHandle connection)
    : connection_(std::move(connection)),
      canceller_(std::make_unique<Canceller>(*connection_)),
      password_(password_of(*connection_)),
      wake_up_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_up_.is_open()) throw io_error("make", "an event descriptor");
    libpq().set_notice_receiver(connection_.get(), &Wire::receive_notice, this);
    if (libpq().register_event_proc(connection_.get(), &instance_key, "keel", nullptr) == 0 ||
        libpq().set_instance_data(connection_.get(), &instance_key, this) == 0)
        throw Error(ErrorKind::internal, "libpq does not keep the connection's data");
}

Wire::~Wire() = default;

std::shared_ptr<Wire> Wire::of(PGconn* connection) {
    auto* wire = static_cast<Wire*>(libpq().instance_data(connection, &instance_key));
    if (wire == nullptr) throw Error(ErrorKind::internal, "a PostgreSQL connection of another's");
    return wire->shared_from_this();
}

bool Wire::is_usable() const noexcept {
    return !broken_ && libpq().status(connection_.get()) == CONNECTION_OK;
}

PGTransactionStatusType Wire::transaction_status() const noexcept {
    return libpq().transaction_status(connection_.get());
}

bool Wire::in_transaction() const noexcept {
    const auto status = transaction_status();
    return is_usable() && (status == PQTRANS_INTRANS || status == PQTRANS_INERROR);
}

void Wire::on_notice(std::function<void(Level, std::string_view)> handler) {
    notice_handler_ = std::move(handler);
}

void Wire::cancel() noexcept {
    const std::scoped_lock lock(cancel_mutex_);
    if (!working_ || canceller_ == nullptr) return;
    cancelled_ = true;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_up_.get(), &one, sizeof one);
    canceller_->run();
}

void Wire::begin_work() {
    if (busy_) throw Error(ErrorKind::internal, "another statement's rows are still being read");
    if (!is_usable()) lose("");
    const std::scoped_lock lock(cancel_mutex_);
    std::uint64_t count = 0;
    [[maybe_unused]] const auto emptied = ::read(wake_up_.get(), &count, sizeof count);
    cancelled_ = false;
    cancelled_at_ = {};
    working_ = true;
    busy_ = true;
}

void Wire::end_work() noexcept {
    const std::scoped_lock lock(cancel_mutex_);
    working_ = false;
    busy_ = false;
}

void Wire::send(std::string_view sql, std::span<const Value> params) {
    check_statement(sql);
    if (params.size() > std::numeric_limits<std::uint16_t>::max())
        throw Error(ErrorKind::invalid_input,
                    fmt::format("{} parameters are more than the 65535 of PostgreSQL's protocol",
                                params.size()));
    const Parameters values(params);
    const std::string text(sql);
    begin_work();
    if (libpq().send_query_params(connection_.get(), text.c_str(), values.count(), values.types(),
                                  values.pointers(), values.lengths(), values.formats(), 0) == 0)
        lose(libpq().error_message(connection_.get()));
    libpq().set_single_row_mode(connection_.get());
}

void Wire::send_simple(std::string_view sql) {
    check_statement(sql);
    const std::string text(sql);
    begin_work();
    if (libpq().send_query(connection_.get(), text.c_str()) == 0)
        lose(libpq().error_message(connection_.get()));
    libpq().set_single_row_mode(connection_.get());
}

ResultHandle Wire::next() {
    auto result = receive();
    if (result == nullptr) end_work();
    return result;
}

ResultHandle Wire::receive() {
    flush();
    // What came before the connection broke is parsed first; only then is it the break's turn.
    while (libpq().is_busy(connection_.get()) != 0 &&
           libpq().status(connection_.get()) == CONNECTION_OK) {
        wait(POLLIN);
        consume();
    }
    ResultHandle result(libpq().get_result(connection_.get()));
    deliver_notices();
    return result;
}

void Wire::flush() {
    for (int left = libpq().flush(connection_.get()); left != 0;
         left = libpq().flush(connection_.get())) {
        if (left < 0) {
            // What the server said before it hung up tells more than the failed write.
            libpq().consume_input(connection_.get());
            return;
        }
        wait(POLLIN | POLLOUT);
        consume();
    }
}

void Wire::consume() {
    // A failure is in the next result: the server's own last words when it had some.
    libpq().consume_input(connection_.get());
    deliver_notices();
}

void Wire::wait(short events) {
    using Clock = std::chrono::steady_clock;
    for (;;) {
        const int socket = libpq().socket(connection_.get());
        if (socket < 0) return;  // closed: the next result says why
        const bool is_cancelled = cancelled_at_ != Clock::time_point{};
        std::array<pollfd, 2> waiting = {pollfd{socket, events, 0},
                                         pollfd{is_cancelled ? -1 : wake_up_.get(), POLLIN, 0}};
        const int ready = ::poll(waiting.data(), waiting.size(), is_cancelled ? 100 : -1);
        if (ready < 0 && errno != EINTR) throw io_error("wait for", "the server");
        if (waiting[0].revents != 0) return;
        if (!is_cancelled && cancelled_) cancelled_at_ = Clock::now();
        if (is_cancelled && Clock::now() - cancelled_at_ > cancel_patience) {
            give_up();
            throw Error(ErrorKind::cancelled,
                        "cancelled; the server did not answer, so the connection was given up");
        }
    }
}

void Wire::lose(std::string_view reason) {
    give_up();
    throw lost_connection(reason, password_);
}

Error Wire::error(const PGresult& result, std::string_view statement) const {
    Error error = error_of_result(result, statement, password_);
    const bool was_stopped = error.sql() && error.sql()->state == "57014";
    if (!was_stopped) return error;
    const bool by_timeout = error.message().find("timeout") != std::string::npos;
    if (cancelled_ || !by_timeout) error.set_kind(ErrorKind::cancelled);
    return error;
}

void Wire::abandon() noexcept {
    if (!busy_) return;
    if (!is_usable()) return give_up();
    try {
        cancel();
        int length = 0;
        for (auto result = next(); result != nullptr; result = next()) {
            const auto status = libpq().result_status(result.get());
            if (status == PGRES_COPY_IN) end_copy_in("abandoned");
            while (status == PGRES_COPY_OUT && copy_data(length) != nullptr) {
            }
        }
    } catch (const std::exception&) {
        give_up();  // who uses it next is told
    }
}

void Wire::give_up() noexcept {
    broken_ = true;
    end_work();
}

std::uint64_t Wire::run(std::string_view sql, std::span<const Value> params) {
    send(sql, params);
    return finish(sql);
}

std::uint64_t Wire::run_simple(std::string_view sql) {
    send_simple(sql);
    return finish(sql);
}

void Wire::parse(std::string_view sql) {
    check_statement(sql);
    const std::string text(sql);
    begin_work();
    if (libpq().send_prepare(connection_.get(), "", text.c_str(), 0, nullptr) == 0)
        lose(libpq().error_message(connection_.get()));
    finish(sql);
}

std::uint64_t Wire::finish(std::string_view sql) {
    const Running running(*this);
    std::uint64_t changed = 0;
    std::optional<Error> failure;
    for (auto result = next(); result != nullptr; result = next()) {
        const auto status = libpq().result_status(result.get());
        if (!failure && (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE))
            failure = error(*result, sql);
        changed = parse_unsigned(libpq().cmd_tuples(result.get())).value_or(changed);
    }
    if (failure) throw *failure;
    return changed;
}

MemoryHandle Wire::copy_data(int& length) {
    for (;;) {
        char* buffer = nullptr;
        length = libpq().get_copy_data(connection_.get(), &buffer, 1);
        if (length > 0) return MemoryHandle(buffer);
        if (length < 0) return nullptr;  // the end, or a failure that the next result tells
        // Cut in the middle of a message, it would say for ever that more is to come.
        if (libpq().status(connection_.get()) != CONNECTION_OK)
            lose(libpq().error_message(connection_.get()));
        wait(POLLIN);
        consume();
    }
}

void Wire::put_copy_data(std::span<const std::byte> data) {
    const auto* bytes = reinterpret_cast<const char*>(data.data());
    const auto put = [&] {
        return libpq().put_copy_data(connection_.get(), bytes, static_cast<int>(data.size()));
    };
    int queued = put();
    if (queued == 0) {  // its buffer cannot grow any more
        flush();
        queued = put();
    }
    if (queued <= 0) lose(libpq().error_message(connection_.get()));
}

void Wire::end_copy_in(const char* failure) {
    flush();
    if (libpq().put_copy_end(connection_.get(), failure) < 0)
        lose(libpq().error_message(connection_.get()));
}

void Wire::check_alive() {
    // Its last words come first, the end of the stream with a later read.
    for (int reads = 0; reads < 3 && is_usable(); ++reads) {
        pollfd waiting{libpq().socket(connection_.get()), POLLIN, 0};
        if (::poll(&waiting, 1, 0) > 0) consume();
    }
    if (!is_usable()) lose(libpq().error_message(connection_.get()));
}

void Wire::receive_notice(void* self, const PGresult* result) noexcept {
    static_cast<Wire*>(self)->keep_notice(*result);
}

void Wire::keep_notice(const PGresult& result) noexcept {
    if (!notice_handler_) return;
    try {
        const auto field = [&](int code) {
            const char* text = libpq().result_error_field(&result, code);
            return text == nullptr ? std::string() : std::string(text);
        };
        std::string text = field(PG_DIAG_MESSAGE_PRIMARY);
        const auto detail = field(PG_DIAG_MESSAGE_DETAIL), hint = field(PG_DIAG_MESSAGE_HINT);
        if (!detail.empty()) text += " (" + detail + ")";
        if (!hint.empty()) text += "; " + hint;
        notices_.push_back(
            {level_of(field(PG_DIAG_SEVERITY_NONLOCALIZED)), password_.redact(text)});
    } catch (const std::exception&) {
        // Out of memory inside a C callback: the notice is dropped, the statement is not.
        return;
    }
}

void Wire::deliver_notices() {
    if (notices_.empty()) return;
    const auto notices = std::exchange(notices_, {});
    for (const auto& notice : notices) {
        if (notice_handler_) notice_handler_(notice.level, notice.text);
    }
}

}  // namespace keel::postgres
