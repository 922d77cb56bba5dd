#include <doctest/doctest.h>

#include "base/error.hpp"
#include "ops/health/check.hpp"

using namespace keel;

TEST_CASE("the worst check decides, and unknown is never ok") {
    HealthChecks checks;
    CHECK(checks.worst() == CheckStatus::ok);
    checks.ok("a", "fine");
    checks.skip("b", "does not apply");
    CHECK(checks.worst() == CheckStatus::ok);
    checks.add({.name = "c", .status = CheckStatus::unknown});
    CHECK(checks.worst() == CheckStatus::unknown);
    checks.add({.name = "d", .status = CheckStatus::warn});
    CHECK(checks.worst() == CheckStatus::warn);
    checks.add({.name = "e", .status = CheckStatus::fail});
    CHECK(checks.worst() == CheckStatus::fail);
}

TEST_CASE("a check that breaks off is unknown and says why") {
    HealthChecks checks;

    checks.attempt("disk",
                   [] { throw Error(ErrorKind::io, "cannot look").with_hint("look yourself"); });

    REQUIRE(checks.all().size() == 1);
    CHECK(checks.all()[0].status == CheckStatus::unknown);
    CHECK(checks.all()[0].message == "cannot look");
    CHECK(checks.all()[0].fix == "look yourself");
}

TEST_CASE("an interruption is not taken for a finding") {
    HealthChecks checks;

    CHECK_THROWS_AS(checks.attempt("disk", [] { throw Error(ErrorKind::cancelled, "stop"); }),
                    Error);
    CHECK(checks.all().empty());
}

TEST_CASE("a check as JSON always has the same members, null where there is nothing") {
    const auto json = to_json(HealthCheck{.name = "x", .message = "fine"});

    CHECK(
        json.dump() ==
        R"({"name":"x","status":"ok","value":null,"warn":null,"fail":null,"message":"fine","fix":null})");
}
