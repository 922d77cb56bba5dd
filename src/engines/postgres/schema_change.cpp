#include "engines/postgres/schema_change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "db/sql_words.hpp"

namespace keel::postgres {
namespace {

/// Whether the statement changes settings of the session that outlive its transaction. A dump does
/// so: its empty search_path would else be the next migration's.
bool changes_session(const Statement& statement) {
    const auto words = sql_words(statement.text);
    if (words.empty()) return false;
    const std::string& verb = words.front();
    return verb == "set" || verb == "reset" || verb == "discard" || has_word(words, "set_config");
}

class SessionGuard final : public SchemaChangeGuard {
  public:
    SessionGuard(Connection& connection, const SchemaChangeOptions& options)
        : connection_(connection) {
        connection.query(
            "select name, setting from pg_catalog.pg_settings where source = 'session'", {},
            [&](const Row& row) { settings_.emplace_back(row.string(0), row.string(1)); });
        if (options.lock_timeout)
            set("lock_timeout", fmt::format("{}ms", options.lock_timeout->count()));
    }

    ~SessionGuard() override {
        try {
            restore();
        } catch (const Error&) {
            // The wire is gone, and its settings with it: whoever uses it next is told.
            settings_.clear();
        }
    }

    void after_begin() override {}
    void before_commit() override {}

  private:
    void restore() {
        connection_.execute("reset session authorization");
        connection_.execute("reset role");
        connection_.execute("reset all");
        for (const auto& [name, value] : settings_) set(name, value);
    }

    void set(const std::string& name, const std::string& value) {
        const std::array<Value, 2> parameters{name, value};
        connection_.query("select pg_catalog.set_config($1, $2, false)", parameters,
                          [](const Row&) {});
    }

    Connection& connection_;
    std::vector<std::pair<std::string, std::string>> settings_;
};

}  // namespace

std::unique_ptr<SchemaChangeGuard> guard_schema_change(Connection& connection,
                                                       const SchemaChangeOptions& options) {
    const bool changes =
        std::any_of(options.statements.begin(), options.statements.end(), changes_session);
    if (!changes && !options.lock_timeout) return nullptr;
    return std::make_unique<SessionGuard>(connection, options);
}

}  // namespace keel::postgres
