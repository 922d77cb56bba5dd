#include "render/json.hpp"

#include <doctest/doctest.h>

using namespace keel;

TEST_CASE("success is the envelope with its members in order") {
    Report report;
    report.command = "migrate up";
    report.environment = "dev";
    report.engine = "sqlite";
    report.duration = std::chrono::milliseconds(41);
    report.result.set("current", "2");
    report.next_steps = {"keel status"};

    CHECK(render_json(report).dump() ==
          R"({"schema":1,"ok":true,"command":"migrate up","environment":"dev","engine":"sqlite",)"
          R"("protected":false,"duration_ms":41,"result":{"current":"2"},"warnings":[],)"
          R"("next_steps":["keel status"]})");
}

TEST_CASE("failure carries exit code and error, and keeps what was done") {
    Report report;
    report.command = "migrate up";
    report.environment = "dev";
    report.result.set("applied", Json::array({"1"}));
    report.error = Error(ErrorKind::sql, "no such table: usrs")
                       .with_hint("look")
                       .at({"migrations/2.sql", 12, 0, 3})
                       .with_sql({.state = "SQLITE_ERROR",
                                  .statement = "",
                                  .offset = {},
                                  .detail = "",
                                  .constraint = "",
                                  .table = ""});
    const Json json = render_json(report);
    const Json& error = json.at("error");

    CHECK_FALSE(json.at("ok").as_bool());
    CHECK(json.at("exit_code").as_integer() == 1);
    CHECK(json.at("result").at("applied").as_array().size() == 1);
    CHECK(error.at("kind").as_string() == "sql");
    CHECK(error.at("message").as_string() == "no such table: usrs");
    CHECK(error.at("hint").as_string() == "look");
    CHECK(error.at("where").dump() ==
          R"({"file":"migrations/2.sql","line":12,"column":null,"statement":3})");
    CHECK(error.at("sqlstate").is_null());
}

TEST_CASE("an SQLSTATE is given, and what is absent is null") {
    Report report;
    report.error = Error(ErrorKind::constraint, "x")
                       .with_sql({.state = "23505",
                                  .statement = "",
                                  .offset = {},
                                  .detail = "",
                                  .constraint = "",
                                  .table = ""});
    const Json json = render_json(report);

    CHECK(json.at("error").at("sqlstate").as_string() == "23505");
    CHECK(json.at("error").at("where").is_null());
    CHECK(json.at("error").at("hint").is_null());
    CHECK(json.at("environment").is_null());
    CHECK(json.at("engine").is_null());
}

TEST_CASE("several findings are listed with their places") {
    Report report;
    report.diagnostics = {
        {Severity::error, "config.unknown-key", "bad", "good", {"keel.toml", 3, 1, 0}}};

    const Json finding = render_json(report).at("diagnostics").as_array().at(0);

    CHECK(finding.at("severity").as_string() == "error");
    CHECK(finding.at("rule").as_string() == "config.unknown-key");
    CHECK(finding.at("where").at("line").as_integer() == 3);
}
