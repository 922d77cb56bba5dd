#include "engines/postgres/schema_change.hpp"

#include <fmt/format.h>

#include <array>
#include <string>

namespace keel::postgres {
namespace {

class LockTimeoutGuard final : public SchemaChangeGuard {
  public:
    LockTimeoutGuard(Connection& connection, std::chrono::milliseconds timeout)
        : connection_(connection),
          before_(connection.query_text("show lock_timeout").value_or("0")) {
        set(fmt::format("{}ms", timeout.count()));
    }

    ~LockTimeoutGuard() override {
        try {
            set(before_);
        } catch (const Error&) {
            // The wire is gone, and its settings with it: whoever uses it next is told.
            before_.clear();
        }
    }

    void after_begin() override {}
    void before_commit() override {}

  private:
    void set(const std::string& value) {
        const std::array<Value, 1> parameters{value};
        connection_.query("select set_config('lock_timeout', $1, false)", parameters,
                          [](const Row&) {});
    }

    Connection& connection_;
    std::string before_;
};

}  // namespace

std::unique_ptr<SchemaChangeGuard> guard_schema_change(Connection& connection,
                                                       const SchemaChangeOptions& options) {
    if (!options.lock_timeout) return nullptr;
    return std::make_unique<LockTimeoutGuard>(connection, *options.lock_timeout);
}

}  // namespace keel::postgres
