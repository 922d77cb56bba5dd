#include "ops/kit/plan_file.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "ops/kit/approval.hpp"
#include "support/temporary_directory.hpp"

using namespace keel;

namespace {

PlanFile sample() {
    PlanFile plan;
    plan.operation = "migrate up";
    plan.options = {{"to", "7"}};
    plan.environment = "prod";
    plan.engine = "sqlite";
    plan.instance_id = "one";
    plan.fingerprint = "f1";
    plan.outline = {{"table users", "a"}, {"index users_email", "b"}};
    plan.plan = {{{.step = "apply 7_orders", .detail = "2 statements", .destructive = true}}};
    plan.author = "ada";
    plan.created_at = parse_utc("2026-11-20T07:00:00Z");
    plan.expires_at = parse_utc("2026-11-20T07:30:00Z");
    return plan;
}

PlanSituation unmoved() {
    const auto plan = sample();
    return {.environment = "prod",
            .instance_id = "one",
            .fingerprint = "f1",
            .outline = plan.outline,
            .plan = plan.plan,
            .now = parse_utc("2026-11-20T07:10:00Z")};
}

std::string refusal(const PlanSituation& situation) {
    try {
        refuse_moved_plan(sample(), situation);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::refused);
        return error.message();
    }
    return "allowed";
}

}  // namespace

TEST_CASE("a plan file is read as it was written") {
    const TemporaryDirectory directory;
    const auto path = directory.path() / "plan.keel";
    write_plan_file(path, sample());
    const auto read = read_plan_file(path);
    CHECK(to_json(read) == to_json(sample()));
    CHECK(read.plan.id() == sample().plan.id());
}

TEST_CASE("a plan file with any value changed is refused") {
    const auto good = to_json(sample()).dump(2);
    for (const auto* word : {"prod", "migrate up", "2 statements", "f1", "one", "07:30", "ada"}) {
        auto bad = good;
        const auto at = bad.find(word);
        REQUIRE(at != std::string::npos);
        bad[at] = static_cast<char>(bad[at] + 1);
        CAPTURE(word);
        CHECK_THROWS_AS(plan_file_from_json(Json::parse(bad)), Error);
    }
    CHECK_THROWS_WITH_AS(plan_file_from_json(Json::object()), doctest::Contains("not a plan"),
                         Error);
    auto newer = to_json(sample());
    newer.set("keel_plan", 2);
    CHECK_THROWS_WITH_AS(plan_file_from_json(newer), doctest::Contains("newer keel"), Error);
}

TEST_CASE("a plan is applied only where and while nothing has moved, and what moved is named") {
    CHECK(refusal(unmoved()) == "allowed");
    auto now = unmoved();
    now.environment = "dev";
    CHECK(refusal(now) == "the plan is for 'prod', this is 'dev'");
    now = unmoved();
    now.now = parse_utc("2026-11-20T07:30:00Z");
    CHECK(refusal(now).find("expired") != std::string::npos);
    now.now = parse_utc("2026-11-20T06:59:59Z");
    CHECK(refusal(now).find("clocks") != std::string::npos);
    now = unmoved();
    now.instance_id = "two";
    CHECK(refusal(now).find("another database") != std::string::npos);
    now = unmoved();
    now.fingerprint = "f2";
    now.outline = {{"table users", "c"}, {"table extra", "d"}};
    CHECK(refusal(now).find(
              "index users_email is gone; table users was changed; table extra is new") !=
          std::string::npos);
    now = unmoved();
    now.plan.steps.push_back({.step = "apply 8_more", .detail = "1 statement"});
    CHECK(refusal(now).find("step 'apply 8_more (1 statement)' is new") != std::string::npos);
}

TEST_CASE("a plan made before there was a database fits an empty one, and no other") {
    auto plan = sample();
    plan.fingerprint.clear();
    plan.outline.clear();
    auto now = unmoved();
    now.outline = {{"schema public", ""}};
    CHECK_NOTHROW(refuse_moved_plan(plan, now));
    now.outline = {{"table users", "a"}};
    CHECK_THROWS_AS(refuse_moved_plan(plan, now), Error);
}

TEST_CASE("approvals count when another known person signed this very plan") {
    const TemporaryDirectory directory;
    const auto path = directory.path() / "plan.keel";
    const auto plan = sample();
    const auto ada = new_signing_key(), bob = new_signing_key(), eve = new_signing_key();
    const ApprovalSettings settings{
        .required = 1, .approvers = {{"ada", ada.public_key}, {"bob", bob.public_key}}};
    const auto now = parse_utc("2026-11-20T07:05:00Z");

    CHECK_THROWS_WITH_AS(refuse_unapproved(path, plan, settings),
                         doctest::Contains("asks for 1 approval of a plan, and there are 0"),
                         Error);
    write_approval(path, plan, "ada", ada, now);  // the author
    write_approval(path, plan, "bob", eve, now);  // not bob's key
    CHECK(valid_approvals(path, plan, settings.approvers).empty());

    const auto file = write_approval(path, plan, "bob", bob, now);
    CHECK(valid_approvals(path, plan, settings.approvers) == std::vector<std::string>{"bob"});
    CHECK_NOTHROW(refuse_unapproved(path, plan, settings));

    auto other = plan;
    other.plan.steps[0].detail = "3 statements";
    CHECK(valid_approvals(path, other, settings.approvers).empty());
    write_file_atomically(file, "{}");
    CHECK(valid_approvals(path, plan, settings.approvers).empty());
}
