#include "ops/lint/ignores.hpp"

#include "lint_world.hpp"

namespace keel::lint {
namespace {

const Finding* finding_of(const std::vector<Finding>& findings, std::string_view id) {
    const auto found =
        std::ranges::find_if(findings, [&](const auto& one) { return one.rule->id == id; });
    return found == findings.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("an ignore covers the statement below it, and no other") {
    const auto findings = lint_example(EngineKind::postgres,
                                       "-- keel:ignore D01, L17 reason=\"moved\"\n"
                                       "drop table orders cascade;\n"
                                       "drop table users cascade;");

    const Finding* left = finding_of(findings, "D01");
    REQUIRE(left != nullptr);
    CHECK(left->where.line == 4);
    CHECK_FALSE(has_rule(findings, "X02"));
    CHECK_FALSE(has_rule(findings, "X03"));
}

TEST_CASE("an ignore behind a statement, or within it, covers that one") {
    CHECK_FALSE(
        has_rule(lint_example(EngineKind::sqlite,
                              "drop table notes; -- keel:ignore drop-table reason=\"empty\""),
                 "D01"));
    CHECK_FALSE(has_rule(
        lint_example(EngineKind::sqlite, "drop table\n-- keel:ignore D01 reason=\"empty\"\nnotes;"),
        "D01"));
}

TEST_CASE("keel:ignore-file counts for the whole file, also from above its first section") {
    const auto findings = lint_example(EngineKind::postgres,
                                       "-- keel:ignore-file H04 D02 reason=\"as agreed\"\n"
                                       "-- migrate:up\n"
                                       "alter table users drop column name;\n"
                                       "alter table orders drop column note;");

    CHECK_FALSE(has_rule(findings, "D02"));
    CHECK_FALSE(has_rule(findings, "H04"));
}

TEST_CASE("an ignore without a reason, of no rule, or after its last day does not count") {
    const auto with = [](const std::string& ignore) {
        const auto findings =
            lint_example(EngineKind::sqlite, "-- " + ignore + "\ndrop table notes;");
        CHECK(has_rule(findings, "D01"));
        const Finding* fault = finding_of(findings, "X02");
        REQUIRE(fault != nullptr);
        CHECK(fault->where.line == 2);
        return fault->message;
    };

    CHECK(with("keel:ignore D01").find("reason") != std::string::npos);
    CHECK(with("keel:ignore drop-tabel reason=\"x\"").find("did you mean 'drop-table'") !=
          std::string::npos);
    CHECK(with("keel:ignore D01 reason=\"x\" until=2026-11-19").find("2026-11-19") !=
          std::string::npos);
    CHECK(with("keel:ignore D01 reason=\"x\" until=soon").find("no day") != std::string::npos);
    CHECK(with("keel:ignore reason=\"x\"").find("names no rule") != std::string::npos);
}

TEST_CASE("an ignore holds on its last day") {
    CHECK_FALSE(has_rule(
        lint_example(EngineKind::sqlite,
                     "-- keel:ignore D01 reason=\"x\" until=2026-11-20\ndrop table notes;"),
        "D01"));
}

TEST_CASE("an ignore that nothing needs is reported") {
    CHECK(has_rule(
        lint_example(EngineKind::sqlite, "-- keel:ignore D02 reason=\"x\"\ndrop table notes;"),
        "X03"));
}

}  // namespace keel::lint
