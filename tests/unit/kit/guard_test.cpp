#include "ops/kit/guard.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace keel;

namespace {

class Person final : public Interaction {
  public:
    explicit Person(std::optional<std::string> answer) : answer_(std::move(answer)) {}
    void banner(std::string_view text) override { banners += text; }
    bool can_ask() const override { return answer_.has_value(); }
    std::optional<std::string> ask(std::string_view) override { return answer_; }
    std::string banners;

  private:
    std::optional<std::string> answer_;
};

struct Case {
    Effect effect = Effect::destructive;
    bool is_protected = true;
    bool asks_everywhere = true;
    Invocation invocation;
    bool is_testing = false;

    template <typename Use>
    auto with(const Use& use) const {
        const OperationSpec spec{
            .name = "db reset", .effect = effect, .asks_everywhere = asks_everywhere};
        const Plan plan{{{.step = "drop table users", .detail = "200 rows", .destructive = true}}};
        return use(GuardRequest{.spec = spec,
                                .invocation = invocation,
                                .environment = "prod",
                                .is_protected = is_protected,
                                .is_testing = is_testing,
                                .plan = &plan});
    }
    Verdict verdict(bool can_ask) const {
        return with([&](const GuardRequest& request) { return decide(request, can_ask).verdict; });
    }
};

}  // namespace

TEST_CASE("no flag allows a destructive effect on a protected environment") {
    Case destructive;
    destructive.invocation.yes = true;
    destructive.invocation.confirm = "prod";
    CHECK(destructive.verdict(false) == Verdict::refuse);
    CHECK(destructive.verdict(true) == Verdict::ask_name);
    destructive.invocation.no_input = true;
    CHECK(destructive.verdict(true) == Verdict::refuse);
}

TEST_CASE("a schema change on a protected environment needs its name, typed or given") {
    Case schema{.effect = Effect::schema};
    CHECK(schema.verdict(false) == Verdict::refuse);
    CHECK(schema.verdict(true) == Verdict::ask_name);
    schema.invocation.yes = true;
    CHECK(schema.verdict(false) == Verdict::refuse);
    schema.invocation.confirm = "dev";
    CHECK(schema.verdict(true) == Verdict::refuse);
    schema.invocation.confirm = "prod";
    CHECK(schema.verdict(false) == Verdict::allow);
}

TEST_CASE("reading and writing rows on a protected environment is allowed") {
    CHECK(Case{.effect = Effect::read}.verdict(false) == Verdict::allow);
    CHECK(Case{.effect = Effect::write}.verdict(false) == Verdict::allow);
}

TEST_CASE("without protection destructive effects ask, unless a safety backup is enough") {
    Case open{.is_protected = false};
    CHECK(open.verdict(false) == Verdict::refuse);
    CHECK(open.verdict(true) == Verdict::ask_yes);
    open.invocation.confirm = "dev";
    CHECK(open.verdict(false) == Verdict::refuse);
    open.invocation.confirm = "prod";
    CHECK(open.verdict(false) == Verdict::allow);
    open.invocation.confirm.clear();
    open.invocation.yes = true;
    CHECK(open.verdict(false) == Verdict::allow);
    CHECK(Case{.is_protected = false, .asks_everywhere = false}.verdict(false) == Verdict::allow);
    CHECK(Case{.effect = Effect::schema, .is_protected = false}.verdict(false) == Verdict::allow);
}

TEST_CASE("only the very name opens the door, and the plan is shown before it is asked") {
    Person right("prod"), wrong("Prod"), yes("yes");
    const auto ask = [](Person& person) {
        Case{}.with([&](const GuardRequest& request) { guard(request, person); });
    };
    CHECK_NOTHROW(ask(right));
    CHECK(right.banners.find("drop table users: 200 rows") != std::string::npos);
    CHECK_THROWS_WITH_AS(ask(wrong), doctest::Contains("not confirmed"), Error);
    CHECK_THROWS_AS(ask(yes), Error);
}

TEST_CASE("a test run never changes a protected environment, whatever is confirmed") {
    Case testing{.effect = Effect::write, .is_testing = true};
    testing.invocation.confirm = "prod";
    testing.with([](const GuardRequest& request) {
        CHECK_THROWS_WITH_AS(refuse_protected_in_tests(request), doctest::Contains("test run"),
                             Error);
    });
    testing.effect = Effect::read;
    testing.with([](const GuardRequest& r) { CHECK_NOTHROW(refuse_protected_in_tests(r)); });
}

TEST_CASE("a marker that disagrees refuses every change but its own settlement, never a read") {
    const MarkerCheck copy{.state = MarkerState::copy, .explanation = "a copy of 'prod'"};
    CHECK_THROWS_WITH_AS(refuse_mismatch({.name = "migrate up", .effect = Effect::schema}, copy),
                         doctest::Contains("a copy of 'prod'"), Error);
    CHECK_NOTHROW(refuse_mismatch({.name = "status", .effect = Effect::read}, copy));
    CHECK_NOTHROW(refuse_mismatch(
        {.name = "env adopt", .effect = Effect::schema, .ignores_marker = true}, copy));
    CHECK_NOTHROW(refuse_mismatch({.name = "migrate up", .effect = Effect::schema},
                                  {.state = MarkerState::moved}));
}

TEST_CASE("taking a database's protection away is destructive, whatever the operation is") {
    const OperationSpec spec{.name = "env adopt", .effect = Effect::schema};
    Invocation invocation;
    invocation.confirm = "prod";
    invocation.yes = true;
    GuardRequest request{
        .spec = spec, .invocation = invocation, .environment = "prod", .is_protected = true};
    CHECK(decide(request, false).verdict == Verdict::allow);

    request.lowers_protection = true;
    CHECK(decide(request, false).verdict == Verdict::refuse);
    CHECK(decide(request, true).verdict == Verdict::ask_name);
}
