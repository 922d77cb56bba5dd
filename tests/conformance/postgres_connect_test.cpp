#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <thread>

#include "base/file.hpp"
#include "base/text.hpp"
#include "engines/postgres/engine.hpp"
#include "postgres_password.hpp"
#include "postgres_support.hpp"
#include "support/scoped_variable.hpp"
#include "support/temporary_directory.hpp"

using namespace keel;
using namespace keel::conformance;

namespace {

DatabaseUrl parse(const std::string& text) {
    return DatabaseUrl::parse(text, "/");
}

Error connect_failure(const std::string& url, std::chrono::milliseconds timeout = {}) {
    ConnectOptions options;
    options.url = parse(url);
    if (timeout.count() > 0) options.session.connect_timeout = timeout;
    return failure_of([&] { postgres_engine().connect(options); });
}

/// A port of this machine on which somebody listens and never says a word, or nobody does.
class SilentPort {
  public:
    explicit SilentPort(bool listens) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(socket_.get(), generic, size) == 0);
        REQUIRE(::getsockname(socket_.get(), generic, &size) == 0);
        port_ = ntohs(address.sin_port);
        if (listens) REQUIRE(::listen(socket_.get(), 5) == 0);
    }
    int port() const noexcept { return port_; }
    /// Says something to the first who connects, and hangs up.
    void answer(std::string_view text) const {
        const FileDescriptor client(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        char request[64];
        [[maybe_unused]] const auto got = ::recv(client.get(), request, sizeof request, 0);
        [[maybe_unused]] const auto sent =
            ::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL);
    }

  private:
    FileDescriptor socket_;
    int port_ = 0;
};

}  // namespace

TEST_CASE("an address where nobody listens is unreachable, at once") {
    const SilentPort port(false);
    const auto error = connect_failure(fmt::format("postgresql://127.0.0.1:{}/x", port.port()));
    CHECK(error.kind() == ErrorKind::unreachable);
    CHECK(error.message().find("refused") != std::string::npos);
    CHECK_FALSE(error.hint().empty());
    CHECK(connect_failure("postgresql://u@/x?host=/nonexistent").kind() == ErrorKind::unreachable);
    CHECK(connect_failure("postgresql://no-such-host.invalid/x").kind() == ErrorKind::unreachable);
}

TEST_CASE("a server that says nothing is unreachable when its time is over") {
    const SilentPort port(true);
    const auto url = fmt::format("postgresql://127.0.0.1:{}/x", port.port());
    const auto error = connect_failure(url, std::chrono::milliseconds(150));
    CHECK(error.kind() == ErrorKind::unreachable);
    CHECK(error.message().find("no answer") != std::string::npos);
}

TEST_CASE("connecting ends when a stop is requested") {
    const SilentPort port(true);
    std::stop_source stop;
    stop.request_stop();
    ConnectOptions options;
    options.url = parse(fmt::format("postgresql://127.0.0.1:{}/x", port.port()));
    options.stop = stop.get_token();
    CHECK(failure_of([&] { postgres_engine().connect(options); }).kind() == ErrorKind::cancelled);
}

TEST_CASE("the second of several hosts is taken when the first does not answer") {
    const SilentPort port(false);
    const auto folder = replace_all(postgres_directory() + "/socket", "/", "%2F");
    const auto url =
        parse(fmt::format("postgresql://owner@127.0.0.1:{},{}/postgres", port.port(), folder));
    CHECK(connect_postgres(url)->query_integer("select 1") == 1);
}

TEST_CASE("a database that is not there is not found") {
    const auto error = failure_of([] { connect_postgres(postgres_url("t_nothing_here")); });
    CHECK(error.kind() == ErrorKind::not_found);
    CHECK(error.sql()->state == "3D000");
    CHECK(error.hint().find("keel db init") != std::string::npos);
}

TEST_CASE("an unknown role, a wrong and a missing password are configuration errors") {
    const PasswordRole role("S3cr3tWord");
    CHECK(connect_postgres(parse(role.url("S3cr3tWord")))->query_integer("select 1") == 1);

    const auto wrong = connect_failure(role.url("Wr0ngWord"));
    CHECK(wrong.kind() == ErrorKind::config);
    CHECK(wrong.message().find("password authentication failed") != std::string::npos);
    CHECK(wrong.hint().find("~/.pgpass") != std::string::npos);
    CHECK((wrong.message() + wrong.hint()).find("Wr0ngWord") == std::string::npos);

    const auto missing = connect_failure(
        fmt::format("postgresql://{}@/postgres?host={}/socket", role.name(), postgres_directory()));
    CHECK(missing.kind() == ErrorKind::config);
    const auto unknown = connect_failure(
        fmt::format("postgresql://t_nobody@/postgres?host={}/socket", postgres_directory()));
    CHECK(unknown.kind() == ErrorKind::config);
}

TEST_CASE("a demand for SSL that the server cannot meet is a configuration error") {
    const SilentPort port(true);
    std::jthread server([&] { port.answer("N"); });  // "no SSL here"
    const auto error =
        connect_failure(fmt::format("postgresql://127.0.0.1:{}/x?sslmode=require", port.port()));
    CHECK(error.kind() == ErrorKind::config);
    CHECK(error.message().find("SSL") != std::string::npos);
    CHECK(error.hint().find("sslmode") != std::string::npos);
}

TEST_CASE("ambient settings count, unless they are to be ignored") {
    const PostgresDatabase database;
    const TemporaryDirectory directory;
    write_file_atomically(directory.path() / "service",
                          fmt::format("[here]\nhost={}/socket\ndbname={}\nuser=owner\n",
                                      postgres_directory(), database.name()));
    const ScopedVariable service_file("PGSERVICEFILE", (directory.path() / "service").native());
    const ScopedVariable host("PGHOST", postgres_directory() + "/socket");
    const ScopedVariable user("PGUSER", "owner");
    const ScopedVariable name("PGDATABASE", database.name());
    const auto engine = postgres::make_engine();
    ConnectOptions options;
    options.url = parse("postgresql://");

    const auto current = [&](const ConnectOptions& how) {
        return engine->connect(how)->query_text("select current_database()");
    };
    CHECK(current(options) == database.name());
    ConnectOptions by_service = options;
    by_service.url = parse("postgresql://?service=here");
    CHECK(current(by_service) == database.name());

    options.ignore_ambient = true;
    const auto error = failure_of([&] { current(options); });
    CHECK(error.message().find(postgres_directory()) == std::string::npos);
}

TEST_CASE("the session's settings are what was asked for, and nothing else") {
    const PostgresDatabase database;
    ConnectOptions options;
    options.url = database.url();
    options.read_only = false;
    options.session.lock_timeout = std::chrono::milliseconds(1234);
    options.session.statement_timeout = std::chrono::milliseconds(5678);
    options.application_name = "a test";
    const auto connection = postgres_engine().connect(options);
    const auto setting = [&](const std::string& name) {
        return connection->query_text("show " + name).value_or("");
    };
    CHECK(setting("lock_timeout") == "1234ms");
    CHECK(setting("statement_timeout") == "5678ms");
    CHECK(setting("idle_in_transaction_session_timeout") == "0");
    CHECK(setting("application_name") == "a test");
    CHECK(setting("client_encoding") == "UTF8");
    CHECK(setting("default_transaction_read_only") == "off");
    CHECK(setting("search_path").find("public") != std::string::npos);
}
