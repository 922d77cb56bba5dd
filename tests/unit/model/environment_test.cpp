#include "model/environment.hpp"

#include <doctest/doctest.h>

using keel::EnvironmentKind;
using keel::kind_of_environment_name;
using keel::normalize_environment_name;

TEST_CASE("the customary long and short names of an environment are one") {
    CHECK(normalize_environment_name("Development") == "dev");
    CHECK(normalize_environment_name("dev") == "dev");
    CHECK(normalize_environment_name("TESTING") == "test");
    CHECK(normalize_environment_name("staging") == "stage");
    CHECK(normalize_environment_name("production") == "prod");
    CHECK(normalize_environment_name(" prod\n") == "prod");
    CHECK(normalize_environment_name("Canary-2") == "canary-2");
}

TEST_CASE("a customary name implies its kind, any other none") {
    CHECK(kind_of_environment_name("dev") == EnvironmentKind::development);
    CHECK(kind_of_environment_name("testing") == EnvironmentKind::test);
    CHECK(kind_of_environment_name("stage") == EnvironmentKind::staging);
    CHECK(kind_of_environment_name("Production") == EnvironmentKind::production);
    CHECK(kind_of_environment_name("canary") == EnvironmentKind::other);
    CHECK(to_string(EnvironmentKind::staging) == "staging");
}
