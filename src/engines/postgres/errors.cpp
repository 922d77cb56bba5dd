#include "engines/postgres/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/text.hpp"

namespace keel::postgres {
namespace {

struct StateKind {
    std::string_view prefix;
    ErrorKind kind;
};

// The longest prefix that matches decides, so whole states come before their class.
constexpr std::array state_kinds = {
    StateKind{"40001", ErrorKind::serialization},
    StateKind{"40P01", ErrorKind::serialization},
    StateKind{"55P03", ErrorKind::locked},
    StateKind{"55006", ErrorKind::locked},
    StateKind{"57014", ErrorKind::timeout},
    StateKind{"25P03", ErrorKind::unreachable},
    StateKind{"25006", ErrorKind::refused},
    StateKind{"57P01", ErrorKind::unreachable},
    StateKind{"57P02", ErrorKind::unreachable},
    StateKind{"57P03", ErrorKind::unreachable},
    StateKind{"57P04", ErrorKind::unreachable},
    StateKind{"57P05", ErrorKind::unreachable},
    StateKind{"53300", ErrorKind::unreachable},
    StateKind{"3D000", ErrorKind::not_found},
    StateKind{"42P04", ErrorKind::already_exists},
    StateKind{"0A000", ErrorKind::unsupported},
    StateKind{"23", ErrorKind::constraint},
    StateKind{"08P01", ErrorKind::sql},
    StateKind{"08", ErrorKind::unreachable},
    StateKind{"28", ErrorKind::config},
    StateKind{"58", ErrorKind::io},
    StateKind{"F0", ErrorKind::config},
    StateKind{"XX001", ErrorKind::integrity},
    StateKind{"XX002", ErrorKind::integrity},
};

std::string field(const PGresult& result, int code) {
    const char* text = libpq().result_error_field(&result, code);
    return text == nullptr ? std::string() : std::string(text);
}

std::string first_line(std::string_view text) {
    return std::string(trim(text.substr(0, text.find('\n'))));
}

/// The first line, or where several hosts were tried, what became of each.
std::string summary(std::string_view text) {
    std::vector<std::string> attempts;
    for (const auto& line : split(text, '\n')) {
        if (line.starts_with("connection to server")) attempts.emplace_back(trim(line));
    }
    return attempts.size() > 1 ? join(attempts, "; ") : first_line(text);
}

std::optional<std::size_t> offset_of(const PGresult& result, std::string_view statement) {
    const auto position = parse_unsigned(field(result, PG_DIAG_STATEMENT_POSITION));
    if (!position || statement.empty()) return std::nullopt;
    return byte_offset(statement, static_cast<std::size_t>(*position));
}

std::string detail_of(const PGresult& result) {
    std::string detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    const std::string context = field(result, PG_DIAG_CONTEXT);
    if (!context.empty()) detail += (detail.empty() ? "" : "\n") + context;
    return detail;
}

/// The server's own hint, else ours where there is something to do next.
std::string hint_of(const PGresult& result, std::string_view state) {
    std::string hint = field(result, PG_DIAG_MESSAGE_HINT);
    if (!hint.empty()) return hint;
    if (state == "55P03")
        return "another session holds the lock: try again, or allow a longer lock_timeout";
    if (state == "40001" || state == "40P01") return "run the transaction again";
    if (state == "55006") return "close the sessions that use it, and try again";
    return "";
}

/// "FATAL:  28P01: password authentication failed": the state that verbose messages carry.
struct VerboseMessage {
    std::string state;
    std::string text;
};

VerboseMessage read_verbose(std::string_view message) {
    for (std::size_t at = message.find(":  "); at != std::string_view::npos;
         at = message.find(":  ", at + 1)) {
        const auto rest = message.substr(at + 3);
        const auto state = rest.substr(0, 5);
        const bool is_state =
            rest.size() > 7 && rest.substr(5, 2) == ": " && std::ranges::all_of(state, [](char c) {
                return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
            });
        if (is_state) return {std::string(state), first_line(rest.substr(7))};
    }
    return {"", summary(message)};
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Names (a host "invalid.example", a user "service") must not look like words of the message.
std::string without_quoted(std::string_view text) {
    std::string result;
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (!quoted) result += c;
    }
    return result;
}

/// Failures that libpq finds itself, before or beside the server; it gives them no SQLSTATE.
ErrorKind kind_of_client_message(std::string_view message) {
    const std::string text = without_quoted(message);
    // "Name or service not known" is about the network, not about a service file.
    if (contains(text, "could not translate host name")) return ErrorKind::unreachable;
    constexpr std::array wrong_settings = {"no password supplied",
                                           "SSL was required",
                                           "SSL error",
                                           "certificate",
                                           "invalid",
                                           "missing",
                                           "definition of service",
                                           "authentication method",
                                           "channel binding",
                                           "unsupported",
                                           "could not read",
                                           "root.crt"};
    const bool is_config = std::ranges::any_of(
        wrong_settings, [&](std::string_view part) { return contains(text, part); });
    return is_config ? ErrorKind::config : ErrorKind::unreachable;
}

std::string connect_hint(ErrorKind kind, const VerboseMessage& message, const FailedConnect& at) {
    if (message.state == "28P01" || contains(message.text, "no password supplied"))
        return fmt::format("check the password of '{}': in the URL, in PGPASSWORD or in ~/.pgpass",
                           at.user);
    if (message.state == "28000")
        return "the server's pg_hba.conf decides who may connect from where, and whether with SSL "
               "(sslmode=require)";
    if (message.state == "3D000") return "create it with: keel db init";
    if (message.state == "53300")
        return "try again when others have closed their connections, or raise max_connections";
    if (message.state == "55000")
        return "it is closed to connections; after an interrupted restore: keel recover";
    if (message.state == "42501")
        return fmt::format("grant connect on database \"{}\" to \"{}\"", at.database, at.user);
    if (contains(message.text, "SSL")) return "look at sslmode in the URL or PGSSLMODE";
    if (kind == ErrorKind::unreachable)
        return "check the host and port of the URL, and that the server runs: keel env wait";
    return "";
}

}  // namespace

std::size_t byte_offset(std::string_view text, std::size_t position) noexcept {
    std::size_t offset = 0;
    for (std::size_t character = 1; character < position && offset < text.size(); ++character) {
        ++offset;
        while (offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xC0) == 0x80)
            ++offset;
    }
    return offset;
}

ErrorKind kind_of_sqlstate(std::string_view state) noexcept {
    for (const auto& known : state_kinds) {
        if (state.starts_with(known.prefix)) return known.kind;
    }
    return ErrorKind::sql;
}

Error error_of_result(const PGresult& result, std::string_view statement, const Secret& password) {
    const std::string state = field(result, PG_DIAG_SQLSTATE);
    std::string message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    if (message.empty()) message = first_line(libpq().result_error_message(&result));
    SqlDetail detail;
    detail.state = state;
    detail.statement = password.redact(statement);
    if (detail.statement.size() == statement.size()) detail.offset = offset_of(result, statement);
    detail.detail = password.redact(detail_of(result));
    detail.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
    detail.table = field(result, PG_DIAG_TABLE_NAME);
    return Error(state.empty() ? ErrorKind::unreachable : kind_of_sqlstate(state),
                 password.redact(message))
        .with_hint(password.redact(hint_of(result, state)))
        .with_sql(std::move(detail));
}

Error error_of_connect(const FailedConnect& failed, const Secret& password) {
    const auto message = read_verbose(failed.message);
    ErrorKind kind = message.state.empty() ? kind_of_client_message(message.text)
                                           : kind_of_sqlstate(message.state);
    if (message.state == "42501") kind = ErrorKind::config;       // no CONNECT right
    if (message.state == "55000") kind = ErrorKind::unreachable;  // closed to connections
    if (kind == ErrorKind::sql) kind = ErrorKind::unreachable;
    SqlDetail detail;
    detail.state = message.state;
    const std::string text =
        message.state.empty() ? message.text
                              : fmt::format("cannot connect to {}: {}", failed.place, message.text);
    return Error(kind, password.redact(text))
        .with_hint(password.redact(connect_hint(kind, message, failed)))
        .with_sql(std::move(detail));
}

Error lost_connection(std::string_view libpq_message, const Secret& password) {
    std::string text = first_line(libpq_message);
    if (text.empty()) text = "the connection to the server was lost";
    return Error(ErrorKind::unreachable, password.redact(text))
        .with_hint("the server closed the connection or died; look at its log and try again");
}

}  // namespace keel::postgres
