#include "lint_world.hpp"

namespace keel::lint {

TEST_CASE("a backfill is read as the statement it is, and as transactions of its own") {
    const std::string rows =
        "-- keel:backfill table=users batch=500\n"
        "update users set email = upper(email) where :batch;\n";
    const std::string plain = "update users set email = upper(email) where email is not null;\n";
    const std::string column = "alter table users add column country text;\n";

    CHECK(has_rule(lint_example(EngineKind::postgres, column + plain), "T05"));
    const auto findings = lint_example(EngineKind::postgres, column + rows);
    CHECK_FALSE(has_rule(findings, "T05"));
    CHECK_FALSE(has_rule(findings, "D05"));
    CHECK_FALSE(has_rule(findings, "X01"));
    for (const Finding& finding : lint_example(EngineKind::sqlite, rows))
        CHECK_MESSAGE(finding.rule->id != "X01", finding.message);
}

TEST_CASE("a backfill that cannot be read is told of with its place") {
    const auto findings =
        lint_example(EngineKind::sqlite,
                     "-- keel:backfill tabel=users\nupdate users set name = '' where :batch;");

    const auto found = std::ranges::find_if(findings, [](const Finding& one) {
        return one.message.find("unknown option 'tabel'") != std::string::npos;
    });
    REQUIRE(found != findings.end());
    CHECK(found->where.line == 2);
}

}  // namespace keel::lint
