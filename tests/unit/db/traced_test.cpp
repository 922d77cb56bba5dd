#include <doctest/doctest.h>

#include "db/traced.hpp"
#include "fake_connection.hpp"

namespace keel {
namespace {

class KeepingLogger final : public Logger {
  public:
    void log(Level level, std::string_view message) override {
        levels.push_back(level);
        messages.emplace_back(message);
    }
    std::vector<Level> levels;
    std::vector<std::string> messages;
};

}  // namespace

TEST_CASE("echo logs statements, and never the values of parameters") {
    FakeConnection::Log log;
    KeepingLogger logger;
    SessionSettings settings;
    settings.echo = true;
    const auto connection = traced(std::make_unique<FakeConnection>(log), settings, logger);
    const std::vector<Value> params = {std::string("s3cret")};

    connection->execute("update users set password = $1", params);

    REQUIRE(logger.messages.size() == 1);
    CHECK(logger.messages[0].find("update users set password = $1") != std::string::npos);
    CHECK(logger.messages[0].find("s3cret") == std::string::npos);
    CHECK(logger.levels[0] == Level::info);
}

TEST_CASE("a statement that fails is logged too, and its error comes through") {
    FakeConnection::Log log;
    log.fail_on = "select broken";
    KeepingLogger logger;
    SessionSettings settings;
    settings.echo = true;
    const auto connection = traced(std::make_unique<FakeConnection>(log), settings, logger);

    CHECK_THROWS_AS(connection->execute("select broken"), Error);

    CHECK(logger.messages.size() == 1);
}

TEST_CASE("without echo only slow statements are logged, as warnings") {
    FakeConnection::Log log;
    KeepingLogger logger;
    SessionSettings settings;
    settings.slow_statement = std::chrono::hours(1);
    const auto patient = traced(std::make_unique<FakeConnection>(log), settings, logger);
    patient->execute("select 1");
    CHECK(logger.messages.empty());

    log.slow = "select slowly";
    settings.slow_statement = std::chrono::milliseconds(1);
    const auto impatient = traced(std::make_unique<FakeConnection>(log), settings, logger);
    impatient->execute("select slowly");

    REQUIRE(logger.messages.size() == 1);
    CHECK(logger.levels[0] == Level::warning);
    CHECK(logger.messages[0].find("select slowly") != std::string::npos);
}

TEST_CASE("nothing is put around a connection that is not to be traced") {
    FakeConnection::Log log;
    KeepingLogger logger;
    auto inner = std::make_unique<FakeConnection>(log);
    const auto* address = inner.get();

    CHECK(traced(std::move(inner), {}, logger).get() == address);
}

TEST_CASE("long statements are cut, control characters made visible") {
    FakeConnection::Log log;
    KeepingLogger logger;
    SessionSettings settings;
    settings.echo = true;
    const auto connection = traced(std::make_unique<FakeConnection>(log), settings, logger);

    connection->execute("select '\x1b[31m" + std::string(5000, 'x') + "'");

    CHECK(logger.messages[0].size() < 2200);
    CHECK(logger.messages[0].find('\x1b') == std::string::npos);
}

}  // namespace keel
