#include "model/plan.hpp"

#include <doctest/doctest.h>

namespace keel {

TEST_CASE("a plan is destructive when one of its steps is") {
    Plan plan{{{"apply 1", "", false}}};
    CHECK_FALSE(plan.is_destructive());

    plan.steps.push_back({"apply 2", "drops table t", true});

    CHECK(plan.is_destructive());
}

TEST_CASE("the id of a plan tells every difference of its steps") {
    const Plan plan{{{"a", "bc", false}}};

    CHECK(plan.id() == Plan{{{"a", "bc", false}}}.id());
    CHECK(plan.id() != Plan{{{"ab", "c", false}}}.id());
    CHECK(plan.id() != Plan{{{"a", "bc", true}}}.id());
    CHECK(plan.id() != Plan{{{"a", "bc", false}, {"a", "bc", false}}}.id());
}

}  // namespace keel
