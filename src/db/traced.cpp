#include "db/traced.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::size_t longest_text = 2000;

/// As much of a statement as a log line should hold.
std::string shorten(std::string_view sql) {
    const auto text = trim(sql);
    if (text.size() <= longest_text) return escape_controls(text, true);
    return escape_controls(text.substr(0, longest_text), true) +
           fmt::format(" … ({} more bytes)", text.size() - longest_text);
}

class TracedConnection final : public Connection {
  public:
    TracedConnection(std::unique_ptr<Connection> inner, const SessionSettings& settings,
                     Logger& logger)
        : inner_(std::move(inner)),
          echo_(settings.echo),
          slow_(settings.slow_statement),
          logger_(logger) {}

    std::uint64_t execute(std::string_view sql, std::span<const Value> params) override {
        return timed(sql, [&] { return inner_->execute(sql, params); });
    }
    void query(std::string_view sql, std::span<const Value> params,
               const std::function<void(const Row&)>& each) override {
        timed(sql, [&] { inner_->query(sql, params, each); });
    }
    void run_script(std::span<const Statement> statements) override {
        timed(describe(statements), [&] { inner_->run_script(statements); });
    }
    std::unique_ptr<RowSource> copy_out(const CopySpec& spec) override {
        return timed(fmt::format("copy out of {}", describe(spec)),
                     [&] { return inner_->copy_out(spec); });
    }
    std::unique_ptr<RowSink> copy_in(const CopySpec& spec) override {
        return timed(fmt::format("copy into {}", describe(spec)),
                     [&] { return inner_->copy_in(spec); });
    }
    void on_notice(std::function<void(Level, std::string_view)> handler) override {
        inner_->on_notice(std::move(handler));
    }
    void cancel() noexcept override { inner_->cancel(); }
    void begin(const TransactionOptions& options) override {
        timed("begin", [&] { inner_->begin(options); });
    }
    void commit() override {
        timed("commit", [&] { inner_->commit(); });
    }
    void rollback() override {
        timed("rollback", [&] { inner_->rollback(); });
    }
    bool in_transaction() const noexcept override { return inner_->in_transaction(); }
    bool is_usable() const noexcept override { return inner_->is_usable(); }
    void ping() override { inner_->ping(); }
    void* raw() noexcept override { return inner_->raw(); }

  private:
    static std::string describe(const CopySpec& spec) {
        if (!spec.query.empty()) return spec.query;
        return spec.schema.empty() ? spec.table : fmt::format("{}.{}", spec.schema, spec.table);
    }

    std::string describe(std::span<const Statement> statements) const {
        auto text = fmt::format("script of {} statements", statements.size());
        if (!echo_) return text;
        for (const auto& statement : statements) {
            if (text.size() > longest_text) break;
            text += fmt::format("\n{};", shorten(statement.text));
        }
        return text;
    }

    template <typename Work>
    auto timed(std::string_view what, const Work& work) -> decltype(work()) {
        const Stopwatch watch;
        struct AtEnd {
            TracedConnection& traced;
            std::string_view what;
            const Stopwatch& watch;
            ~AtEnd() { traced.report(what, watch.elapsed()); }
        };
        const AtEnd at_end{*this, what, watch};
        return work();
    }

    void report(std::string_view what, std::chrono::milliseconds elapsed) noexcept {
        const bool is_slow = slow_.count() > 0 && elapsed >= slow_;
        if (!echo_ && !is_slow) return;
        try {
            logger_.log(is_slow ? Level::warning : Level::info,
                        fmt::format("{}{}: {}", is_slow ? "slow statement, " : "",
                                    format_duration(elapsed), shorten(what)));
        } catch (const std::exception&) {
            return;  // Losing a log line must not lose the statement's result.
        }
    }

    std::unique_ptr<Connection> inner_;
    bool echo_;
    std::chrono::milliseconds slow_;
    Logger& logger_;
};

}  // namespace

std::unique_ptr<Connection> traced(std::unique_ptr<Connection> inner,
                                   const SessionSettings& settings, Logger& logger) {
    if (!settings.echo && settings.slow_statement.count() == 0) return inner;
    return std::make_unique<TracedConnection>(std::move(inner), settings, logger);
}

}  // namespace keel
