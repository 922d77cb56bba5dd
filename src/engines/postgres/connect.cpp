#include "engines/postgres/connect.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "base/text.hpp"
#include "engines/postgres/errors.hpp"

namespace keel::postgres {
namespace {

using Clock = std::chrono::steady_clock;

/// Keywords and values for libpq; later ones win over earlier ones.
class Settings {
  public:
    void add(std::string keyword, std::string value) {
        keywords_.push_back(std::move(keyword));
        values_.push_back(std::move(value));
    }
    PGconn* start() const {
        std::vector<const char*> keywords, values;
        for (const auto& keyword : keywords_) keywords.push_back(keyword.c_str());
        for (const auto& value : values_) values.push_back(value.c_str());
        keywords.push_back(nullptr);
        values.push_back(nullptr);
        return libpq().connect_start(keywords.data(), values.data(), 1);
    }

  private:
    std::vector<std::string> keywords_;
    std::vector<std::string> values_;
};

std::string conninfo_value(std::string_view value) {
    std::string result = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') result += '\\';
        result += c;
    }
    return result + "'";
}

/// What stands for "nothing said" so that libpq does not look into the environment for it.
std::string neutral_value(const PQconninfoOption& option) {
    const std::string_view keyword = option.keyword;
    if (option.compiled != nullptr) return option.compiled;
    if (keyword == "connect_timeout") return "0";
    if (keyword == "passfile") return "/nonexistent";  // empty would mean ~/.pgpass
    return "";
}

/// libpq reads these with getenv and takes no setting in their place, so that only their absence
/// silences them.
void forget_unsettable_variables() {
    for (const char* name : {"PGSERVICE", "PGTZ", "PGDATESTYLE", "PGGEQO"}) {
        if (std::getenv(name) != nullptr) ::unsetenv(name);
    }
}

/// The address with every setting that it leaves open closed, in libpq's keyword=value form.
std::string without_surroundings(const std::string& conninfo) {
    char* message = nullptr;
    const ConninfoHandle options(libpq().conninfo_parse(conninfo.c_str(), &message));
    const MemoryHandle message_owner(message);
    if (options == nullptr) return conninfo;  // connecting will say what is wrong with it
    forget_unsettable_variables();
    std::string result;
    for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
        const std::string_view keyword = option->keyword;
        if (option->val == nullptr && (keyword == "service" || option->envvar == nullptr)) continue;
        const std::string value = option->val == nullptr ? neutral_value(*option) : option->val;
        result += fmt::format("{}={} ", keyword, conninfo_value(value));
    }
    return result;
}

Settings settings_of(const ConnectOptions& options) {
    Settings settings;
    // A server that vanished without a word is noticed within two minutes; the URL may say
    // otherwise.
    settings.add("keepalives_idle", "60");
    settings.add("keepalives_interval", "10");
    settings.add("keepalives_count", "6");
    const std::string& conninfo = options.url.conninfo().reveal();
    settings.add("dbname", options.ignore_ambient ? without_surroundings(conninfo) : conninfo);
    settings.add("client_encoding", "UTF8");
    settings.add("application_name", options.application_name);
    return settings;
}

std::string place_of(const PGconn& connection) {
    const std::string host = libpq().host(&connection);
    const std::string port = libpq().port(&connection);
    if (host.empty()) return "the server";
    return host.front() == '/' ? fmt::format("{}/.s.PGSQL.{}", host, port)
                               : fmt::format("{}:{}", host, port);
}

[[noreturn]] void fail(const PGconn* connection, const ConnectOptions& options) {
    if (connection == nullptr)
        throw Error(ErrorKind::internal, "no memory for a PostgreSQL connection");
    const Secret used = password_of(*connection);
    const Secret& written = options.url.password();
    const FailedConnect failed{.message = libpq().error_message(connection),
                               .database = libpq().db(connection),
                               .user = libpq().user(connection),
                               .place = place_of(*connection)};
    Error error = error_of_connect(failed, used);
    error.set_message(written.redact(error.message()));
    throw error;
}

/// connect_timeout of the URL or the surroundings, which libpq leaves to who polls; else ours.
std::chrono::milliseconds timeout_of(PGconn& connection, const ConnectOptions& options) {
    const ConninfoHandle settings(libpq().conninfo(&connection));
    for (const auto* option = settings.get(); option != nullptr && option->keyword != nullptr;
         ++option) {
        if (std::string_view(option->keyword) != "connect_timeout" || option->val == nullptr)
            continue;
        const auto seconds = parse_unsigned(option->val);
        if (seconds && *seconds > 0) return std::chrono::seconds(*seconds);
    }
    return options.session.connect_timeout;
}

/// Waits for the socket in slices, so that a stop request is seen.
class Waiter {
  public:
    Waiter(PGconn& connection, const ConnectOptions& options)
        : connection_(connection),
          stop_(options.stop),
          timeout_(timeout_of(connection, options)),
          deadline_(Clock::now() + timeout_) {}

    void wait(short events) {
        for (;;) {
            if (stop_.stop_requested())
                throw Error(ErrorKind::cancelled, "connecting was interrupted");
            pollfd waiting{libpq().socket(&connection_), events, 0};
            if (::poll(&waiting, 1, 50) > 0) return;
            if (timeout_.count() > 0 && Clock::now() > deadline_) return give_up_address();
        }
    }

    bool gave_up() const noexcept { return given_up_ > 0; }

    [[noreturn]] void no_answer() const {
        throw Error(ErrorKind::unreachable,
                    fmt::format("no answer from {} within {}", place_of(connection_),
                                format_duration(timeout_)))
            .with_hint(
                "check the host and port of the URL, and that the server runs: keel env "
                "wait");
    }

  private:
    // libpq has no call for "next address". A socket that is shut down while it connects makes it
    // go on by itself.
    void give_up_address() {
        const bool is_connecting = libpq().status(&connection_) == CONNECTION_STARTED;
        const bool is_stuck = ++given_up_ > most_addresses || !is_connecting;
        if (is_stuck || ::shutdown(libpq().socket(&connection_), SHUT_RDWR) != 0) no_answer();
        deadline_ = Clock::now() + timeout_;
    }

    static constexpr int most_addresses = 16;
    PGconn& connection_;
    std::stop_token stop_;
    std::chrono::milliseconds timeout_;
    Clock::time_point deadline_;
    int given_up_ = 0;
};

void check_text(const ConnectOptions& options) {
    if (options.url.conninfo().reveal().find('\0') != std::string::npos)
        throw Error(ErrorKind::config, "the address holds a NUL");
}

}  // namespace

ConnectionHandle open_connection(const ConnectOptions& options) {
    check_text(options);
    ConnectionHandle connection(settings_of(options).start());
    if (connection == nullptr || libpq().status(connection.get()) == CONNECTION_BAD)
        fail(connection.get(), options);
    // The only way to the SQLSTATE of a refused connection is the verbose form of its message.
    libpq().set_error_verbosity(connection.get(), PQERRORS_VERBOSE);
    Waiter waiter(*connection, options);
    auto next = PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
        waiter.wait(next == PGRES_POLLING_READING ? POLLIN : POLLOUT);
        next = libpq().connect_poll(connection.get());
        if (next == PGRES_POLLING_FAILED && waiter.gave_up()) waiter.no_answer();
        if (next == PGRES_POLLING_FAILED) fail(connection.get(), options);
    }
    libpq().set_error_verbosity(connection.get(), PQERRORS_DEFAULT);
    if (libpq().set_nonblocking(connection.get(), 1) != 0) fail(connection.get(), options);
    return connection;
}

Secret password_of(const PGconn& connection) {
    const char* password = libpq().pass(&connection);
    return Secret(password == nullptr ? "" : password);
}

std::string database_name(const DatabaseUrl& url, bool ignore_ambient) {
    if (!url.database().empty()) return url.database();
    ConnectOptions options;
    options.url = url;
    options.ignore_ambient = ignore_ambient;
    // Starting to connect resolves the settings; the connection itself is not waited for.
    const ConnectionHandle connection(settings_of(options).start());
    const char* name = connection == nullptr ? nullptr : libpq().db(connection.get());
    return name == nullptr ? "" : name;
}

}  // namespace keel::postgres
