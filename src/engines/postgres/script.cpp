#include "engines/postgres/script.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/text.hpp"
#include "engines/postgres/copy.hpp"
#include "engines/postgres/keywords.hpp"

namespace keel::postgres {
namespace {

// Bounds of one pipeline: what libpq buffers, and how much is sent in vain after a failure.
constexpr std::size_t pipeline_statements = 256;
constexpr std::size_t pipeline_bytes = std::size_t{1} << 20;

Error placed(Error error, const Statement& statement) {
    SourcePosition where = error.where();
    where.statement = statement.number;
    where.line = statement.line;
    error.set_where(std::move(where));
    return error;
}

bool fits_pipeline(const Statement& statement) {
    if (statement.is_copy_in || statement.text.empty()) return false;
    return !equals_ignore_case(first_keyword(statement.text), "copy") &&
           !is_transaction_control(statement.text) && !is_outside_transaction(statement.text);
}

/// How many of the statements can go into one pipeline; 0 when the first cannot.
std::size_t pipeline_length(const Wire& wire, std::span<const Statement> statements) {
    if (wire.transaction_status() != PQTRANS_INTRANS) return 0;
    std::size_t count = 0;
    std::size_t bytes = 0;
    for (const auto& statement : statements) {
        bytes += statement.text.size();
        if (!fits_pipeline(statement) || count == pipeline_statements || bytes > pipeline_bytes)
            break;
        ++count;
    }
    return count;
}

/// Rows, counts and notices of one statement; COPY is answered with the data that it came with.
void run_one(Wire& wire, const Statement& statement) {
    wire.send(statement.text, {});
    const Running running(wire);
    std::optional<Error> failure;
    for (auto result = wire.next(); result != nullptr; result = wire.next()) {
        const auto status = libpq().result_status(result.get());
        if (!failure && (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE))
            failure = wire.error(*result, statement.text);
        if (status == PGRES_COPY_IN && statement.is_copy_in)
            put_copy_block(wire, statement.copy_data);
        else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT)
            throw Error(ErrorKind::invalid_input,
                        "a script has no place for the rows of COPY … TO stdout, nor COPY … FROM "
                        "stdin without its data");
    }
    if (failure) throw std::move(*failure);
}

/// libpq's pipeline mode while it lives; ends it however the block is left.
class Pipeline {
  public:
    explicit Pipeline(Wire& wire) : wire_(wire) {
        wire_.begin_work();
        if (libpq().enter_pipeline_mode(wire_.raw()) == 0) fail();
    }
    ~Pipeline() {
        if (!finished_) drain();
    }
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    void send(std::string_view sql) {
        check_statement(sql);
        const std::string text(sql);
        if (libpq().send_query_params(wire_.raw(), text.c_str(), 0, nullptr, nullptr, nullptr,
                                      nullptr, 0) == 0)
            fail();
    }

    void sync() {
        if (libpq().pipeline_sync(wire_.raw()) == 0) fail();
        synced_ = true;
    }

    /// Reads all results of the next statement; what went wrong with it, if it did.
    std::optional<Error> read(const Statement& statement) {
        std::optional<Error> failure;
        libpq().set_single_row_mode(wire_.raw());
        for (auto result = wire_.receive(); result != nullptr; result = wire_.receive()) {
            const auto status = libpq().result_status(result.get());
            if (!failure && (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE))
                failure = wire_.error(*result, statement.text);
            if (!wire_.is_usable()) break;
        }
        return failure;
    }

    void finish() {
        if (wire_.is_usable()) wire_.receive();  // the answer to sync
        finished_ = true;
        end();
    }

  private:
    [[noreturn]] void fail() {
        const std::string reason = libpq().error_message(wire_.raw());
        wire_.give_up();
        throw Error(ErrorKind::unreachable, fmt::format("the pipeline failed: {}", trim(reason)));
    }

    void drain() noexcept {
        try {
            wire_.cancel();
            if (!synced_) sync();
            auto status = PGRES_EMPTY_QUERY;
            while (wire_.is_usable() && status != PGRES_PIPELINE_SYNC) {
                const auto result = wire_.receive();
                if (result != nullptr) status = libpq().result_status(result.get());
            }
            end();
        } catch (const std::exception&) {
            wire_.give_up();
        }
    }

    void end() {
        if (libpq().exit_pipeline_mode(wire_.raw()) == 0) wire_.give_up();
        wire_.end_work();
    }

    Wire& wire_;
    bool synced_ = false;
    bool finished_ = false;
};

void run_pipeline(Wire& wire, std::span<const Statement> statements) {
    Pipeline pipeline(wire);
    for (const auto& statement : statements) pipeline.send(statement.text);
    pipeline.sync();
    std::optional<Error> first_failure;
    for (const auto& statement : statements) {
        auto failure = pipeline.read(statement);
        if (failure && !first_failure) first_failure = placed(std::move(*failure), statement);
        if (!wire.is_usable()) break;
    }
    pipeline.finish();
    if (first_failure) throw std::move(*first_failure);
}

}  // namespace

void run_script(Wire& wire, std::span<const Statement> statements) {
    while (!statements.empty()) {
        const std::size_t count = pipeline_length(wire, statements);
        if (count > 1) {
            run_pipeline(wire, statements.first(count));
            statements = statements.subspan(count);
            continue;
        }
        try {
            run_one(wire, statements.front());
        } catch (Error& error) {
            throw placed(std::move(error), statements.front());
        }
        statements = statements.subspan(1);
    }
}

}  // namespace keel::postgres
