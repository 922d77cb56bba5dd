#include "losing_engine.hpp"

namespace keel::test {
namespace {

class LosingConnection final : public Connection {
  public:
    LosingConnection(std::unique_ptr<Connection> inner, const LosingEngine& engine)
        : inner_(std::move(inner)), engine_(engine) {}

    std::uint64_t execute(std::string_view sql, std::span<const Value> params) override {
        return inner_->execute(sql, params);
    }
    void query(std::string_view sql, std::span<const Value> params,
               const std::function<void(const Row&)>& each) override {
        inner_->query(sql, params, each);
    }
    void run_script(std::span<const Statement> statements) override {
        inner_->run_script(statements);
        has_run_script_ = true;
    }
    std::unique_ptr<RowSource> copy_out(const CopySpec& spec) override {
        return inner_->copy_out(spec);
    }
    std::unique_ptr<RowSink> copy_in(const CopySpec& spec) override {
        return inner_->copy_in(spec);
    }
    void on_notice(std::function<void(Level, std::string_view)> handler) override {
        inner_->on_notice(std::move(handler));
    }
    void cancel() noexcept override { inner_->cancel(); }
    void begin(const TransactionOptions& options) override { inner_->begin(options); }
    void commit() override {
        if (!has_run_script_ || engine_.losses > 0) return inner_->commit();
        ++engine_.losses;
        if (engine_.loss() == Loss::after_commit_arrived) inner_->commit();
        is_lost_ = true;
        throw Error(ErrorKind::in_doubt, "the connection was lost while the commit was under way");
    }
    void rollback() override { inner_->rollback(); }
    bool in_transaction() const noexcept override { return inner_->in_transaction(); }
    bool is_usable() const noexcept override { return !is_lost_ && inner_->is_usable(); }
    void ping() override { inner_->ping(); }
    void* raw() noexcept override { return inner_->raw(); }

  private:
    std::unique_ptr<Connection> inner_;
    const LosingEngine& engine_;
    bool has_run_script_ = false;
    bool is_lost_ = false;
};

}  // namespace

std::unique_ptr<Connection> LosingEngine::connect(const ConnectOptions& options) const {
    return std::make_unique<LosingConnection>(inner_.connect(options), *this);
}

}  // namespace keel::test
