#include "dying_engine.hpp"

namespace keel::test {
namespace {

class DyingConnection final : public Connection {
    template <typename Work>
    auto around(const Work& work) {
        die_or_live();
        const auto result = work();
        die_or_live();
        return result;
    }

  public:
    DyingConnection(std::unique_ptr<Connection> inner, const DyingEngine& engine)
        : inner_(std::move(inner)), engine_(engine) {}

    std::uint64_t execute(std::string_view sql, std::span<const Value> params) override {
        return around([&] { return inner_->execute(sql, params); });
    }
    void query(std::string_view sql, std::span<const Value> params,
               const std::function<void(const Row&)>& each) override {
        alive();
        inner_->query(sql, params, each);
    }
    void run_script(std::span<const Statement> statements) override {
        for (const Statement& statement : statements) {
            around([&] {
                inner_->run_script(std::span(&statement, 1));
                return 0;
            });
        }
    }
    std::unique_ptr<RowSource> copy_out(const CopySpec& spec) override {
        return inner_->copy_out(spec);
    }
    std::unique_ptr<RowSink> copy_in(const CopySpec& spec) override {
        return inner_->copy_in(spec);
    }
    void on_notice(std::function<void(Level, std::string_view)> handler) override {
        if (inner_) inner_->on_notice(std::move(handler));
    }
    void cancel() noexcept override {}
    void begin(const TransactionOptions& options) override {
        around([&] { return inner_->begin(options), 0; });
    }
    void commit() override {
        around([&] { return inner_->commit(), 0; });
    }
    void rollback() override {
        alive();
        inner_->rollback();
    }
    bool in_transaction() const noexcept override { return inner_ && inner_->in_transaction(); }
    bool is_usable() const noexcept override { return inner_ && inner_->is_usable(); }
    void ping() override { alive(); }
    void* raw() noexcept override { return inner_ ? inner_->raw() : nullptr; }

  private:
    void die_or_live() {
        try {
            alive();
            engine_.live();
        } catch (const Error&) {
            inner_.reset();
            throw;
        }
    }
    void alive() const {
        if (!inner_ || engine_.is_dead())
            throw Error(ErrorKind::unreachable, "the process is dead");
    }

    std::unique_ptr<Connection> inner_;
    const DyingEngine& engine_;
};

}  // namespace

void DyingEngine::live() const {
    if (++passed_ != instant_) return;
    is_dead_ = true;
    throw Error(ErrorKind::unreachable, "the process is dead");
}

std::unique_ptr<Connection> DyingEngine::connect(const ConnectOptions& options) const {
    if (is_dead_) throw Error(ErrorKind::unreachable, "the process is dead");
    return std::make_unique<DyingConnection>(inner_.connect(options), *this);
}

}  // namespace keel::test
