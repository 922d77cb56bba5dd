#include "engines/postgres/side_database.hpp"

#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "engines/postgres/connect.hpp"
#include "engines/postgres/connection.hpp"
#include "engines/postgres/quote.hpp"

namespace keel::postgres {
namespace {

constexpr std::size_t longest_name = 63;
constexpr std::string_view staged_mark = "__keel_";
constexpr std::string_view replaced_mark = "__keel_old_";
constexpr std::array maintenance_databases = {"postgres", "template1"};

std::string_view mark_of(SideRole role) {
    return role == SideRole::staged ? staged_mark : replaced_mark;
}

/// The longest beginning that fits and does not cut a character in two.
std::string_view cut(std::string_view text, std::size_t size) {
    if (text.size() <= size) return text;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    return text.substr(0, size);
}

std::optional<SideDatabase> read_comment(std::string_view name, std::string_view comment) {
    if (!comment.starts_with("{\"keel\"")) return std::nullopt;
    try {
        const Json json = Json::parse(comment);
        const auto role = json.string_or("keel", "");
        if (role != "staged" && role != "replaced") return std::nullopt;
        const Json* state = json.find("state");
        return SideDatabase{.role = role == "staged" ? SideRole::staged : SideRole::replaced,
                            .name = std::string(name),
                            .target = json.string_or("target", ""),
                            .run_id = json.string_or("run", ""),
                            .state = state == nullptr ? Json() : *state};
    } catch (const Error&) {
        return std::nullopt;  // somebody's own comment that only looks like ours
    }
}

}  // namespace

std::string side_name(SideRole role, std::string_view target, std::string_view run_id) {
    const auto mark = mark_of(role);
    const std::size_t taken = mark.size() + run_id.size();
    const std::size_t room = taken < longest_name ? longest_name - taken : 0;
    return fmt::format("{}{}{}", cut(target, room), mark, run_id);
}

std::optional<SideDatabase> read_side(std::string_view name, std::string_view comment,
                                      std::string_view wanted_target) {
    const auto at = name.find(staged_mark);
    if (at == std::string_view::npos) return std::nullopt;
    if (auto side = read_comment(name, comment))
        return side->target == wanted_target ? side : std::nullopt;
    // Killed between making the database and marking it: the name alone has to do.
    const bool is_replaced = name.substr(at).starts_with(replaced_mark);
    const auto role = is_replaced ? SideRole::replaced : SideRole::staged;
    const auto run_id = name.substr(at + mark_of(role).size());
    if (run_id.empty() || side_name(role, wanted_target, run_id) != name) return std::nullopt;
    return SideDatabase{.role = role,
                        .name = std::string(name),
                        .target = std::string(wanted_target),
                        .run_id = std::string(run_id),
                        .state = {}};
}

std::string side_comment(const SideDatabase& side) {
    Json json = Json::object();
    json.set("keel", side.role == SideRole::staged ? "staged" : "replaced");
    json.set("target", side.target).set("run", side.run_id);
    if (!side.state.is_null()) json.set("state", side.state);
    return json.dump();
}

std::unique_ptr<Connection> Server::connect(std::string_view database,
                                            std::string_view application_name) const {
    ConnectOptions options;
    options.url = url_.with_database(database);
    options.read_only = false;
    options.ignore_ambient = options_.ignore_ambient;
    options.application_name = application_name;
    return postgres::connect(options);
}

std::unique_ptr<Connection> Server::maintenance(std::string_view application_name) const {
    const std::string own = database();
    std::optional<Error> first_failure;
    for (const std::string_view name : maintenance_databases) {
        if (name == own) continue;
        try {
            return connect(name, application_name);
        } catch (const Error& error) {
            const bool is_absent = error.kind() == ErrorKind::not_found ||
                                   (error.sql() && !error.sql()->state.empty());
            if (!is_absent) throw;
            if (!first_failure) first_failure = error;
        }
    }
    if (first_failure) first_failure->add_trail("connect to a maintenance database");
    throw first_failure.value_or(Error(ErrorKind::internal, "no maintenance database to try"));
}

std::string Server::database() const {
    return database_name(url_, options_.ignore_ambient);
}

std::string worker_name(std::string_view run_id) {
    return fmt::format("keel restore {}", run_id);
}

bool has_database(Connection& maintenance, std::string_view name) {
    const std::vector<Value> params = {std::string(name)};
    return maintenance.query_text("select 1 from pg_catalog.pg_database where datname = $1", params)
        .has_value();
}

void drop_database(Connection& maintenance, std::string_view name) {
    maintenance.execute(
        fmt::format("drop database if exists {} with (force)", quote_identifier(name)));
}

}  // namespace keel::postgres
