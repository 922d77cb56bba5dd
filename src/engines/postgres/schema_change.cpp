#include "engines/postgres/schema_change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "db/sql_words.hpp"
#include "engines/postgres/row_watch.hpp"

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
    SessionGuard(Connection& connection, const SchemaChangeOptions& options, bool saves,
                 RowWatch watch)
        : connection_(connection), saves_(saves), watch_(std::move(watch)) {
        if (!saves_) return;
        connection.query(
            "select name, setting from pg_catalog.pg_settings where source = 'session'", {},
            [&](const Row& row) { settings_.emplace_back(row.string(0), row.string(1)); });
        if (options.lock_timeout)
            set("lock_timeout", fmt::format("{}ms", options.lock_timeout->count()));
    }

    ~SessionGuard() override {
        if (!saves_) return;
        try {
            restore();
        } catch (const Error&) {
            // The wire is gone, and its settings with it: whoever uses it next is told.
            settings_.clear();
        }
    }

    void after_begin() override {
        if (watch_.is_needed()) watch_.begin();
    }
    void before_commit() override {
        if (watch_.is_needed()) watch_.end();
    }
    std::vector<std::string> remarks() const override { return watch_.remarks(); }

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
    bool saves_;
    RowWatch watch_;
    std::vector<std::pair<std::string, std::string>> settings_;
};

}  // namespace

std::unique_ptr<SchemaChangeGuard> guard_schema_change(Connection& connection,
                                                       const SchemaChangeOptions& options) {
    const bool changes =
        std::any_of(options.statements.begin(), options.statements.end(), changes_session);
    const bool saves = changes || options.lock_timeout;
    RowWatch watch(connection, options.statements);
    if (!saves && !watch.is_needed()) return nullptr;
    return std::make_unique<SessionGuard>(connection, options, saves, std::move(watch));
}

}  // namespace keel::postgres
