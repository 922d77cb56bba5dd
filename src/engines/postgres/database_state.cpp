#include "engines/postgres/database_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"
#include "engines/postgres/catalog_session.hpp"
#include "engines/postgres/quote.hpp"
#include "engines/postgres/sql.hpp"

namespace keel::postgres {
namespace {

// Settings whose value is a list of names: written as one string it would be a list of one.
constexpr std::array list_settings = {"search_path",
                                      "temp_tablespaces",
                                      "session_preload_libraries",
                                      "shared_preload_libraries",
                                      "local_preload_libraries",
                                      "unix_socket_directories"};

/// The elements of a stored list value: `"$user", public`.
std::vector<std::string> list_elements(std::string_view value) {
    std::vector<std::string> elements(1);
    bool quoted = false;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (c == '"' && quoted && value.substr(i + 1, 1) == "\"") {
            elements.back() += '"';
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            elements.emplace_back();
        } else if (quoted || c != ' ') {
            elements.back() += c;
        }
    }
    return elements;
}

class StateApplier {
  public:
    StateApplier(Connection& maintenance, std::string_view name, Logger& logger)
        : maintenance_(maintenance), database_(quote_identifier(name)), logger_(logger) {}

    void apply(const Json& state) {
        const auto owner = state.string_or("owner", "");
        if (!owner.empty())
            attempt(
                fmt::format("alter database {} owner to {}", database_, quote_identifier(owner)));
        attempt(fmt::format("alter database {} connection limit {}", database_,
                            state.integer_or("connection_limit", -1)));
        attempt(fmt::format("alter database {} reset all", database_));
        for (const auto& setting : state.at("settings").as_array()) apply_setting(setting);
        attempt(fmt::format("revoke all on database {} from public", database_));
        for (const auto& privilege : state.at("privileges").as_array()) apply_privilege(privilege);
    }

  private:
    void apply_setting(const Json& setting) {
        const auto role = setting.string_or("role", "");
        const auto assignment = setting_assignment(setting.at("setting").as_string());
        if (role.empty())
            attempt(fmt::format("alter database {} set {}", database_, assignment));
        else
            attempt(fmt::format("alter role {} in database {} set {}", quote_identifier(role),
                                database_, assignment));
    }

    void apply_privilege(const Json& privilege) {
        const auto grantee = privilege.string_or("grantee", "");
        attempt(fmt::format("grant {} on database {} to {}{}",
                            to_lower(privilege.at("privilege").as_string()), database_,
                            grantee.empty() ? "public" : quote_identifier(grantee),
                            privilege.bool_or("grantable", false) ? " with grant option" : ""));
    }

    void attempt(const std::string& sql) {
        try {
            maintenance_.execute(sql);
        } catch (const Error& error) {
            const std::string state = error.sql() ? error.sql()->state : "";
            const bool is_forbidden = state == "42501";
            const bool is_unknown = state == "42704";  // a role or setting that this server lacks
            if (!is_forbidden && !is_unknown) throw;
            logger_.log(Level::warning,
                        fmt::format("not carried over: {} ({})", sql, error.message()));
        }
    }

    Connection& maintenance_;
    std::string database_;
    Logger& logger_;
};

}  // namespace

std::optional<Json> read_database_state(Connection& connection, std::string_view name) {
    CatalogSession session(connection);
    const std::vector<Value> params = {std::string(name)};
    const auto text = session.connection().query_text(sql::database_state, params);
    if (!text) return std::nullopt;
    return Json::parse(*text);
}

void apply_database_state(Connection& maintenance, std::string_view name, const Json& state,
                          Logger& logger) {
    StateApplier(maintenance, name, logger).apply(state);
}

std::string setting_assignment(std::string_view setting) {
    const auto equals = setting.find('=');
    const auto name = setting.substr(0, equals);
    const auto value = equals == std::string_view::npos ? "" : setting.substr(equals + 1);
    std::vector<std::string> literals;
    if (std::ranges::find(list_settings, name) != list_settings.end()) {
        for (const auto& element : list_elements(value)) literals.push_back(quote_literal(element));
    } else {
        literals.push_back(quote_literal(value));
    }
    // A custom setting's name ("app.user") has parts; each is an identifier.
    std::vector<std::string> parts;
    for (const auto& part : split(name, '.')) parts.push_back(quote_identifier(part));
    return fmt::format("{} to {}", join(parts, "."), join(literals, ", "));
}

}  // namespace keel::postgres
