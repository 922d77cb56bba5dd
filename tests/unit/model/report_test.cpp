#include "model/report.hpp"

#include <doctest/doctest.h>

using namespace keel;

TEST_CASE("a report without error or findings exits with 0") {
    CHECK(Report{}.exit_status() == 0);
    CHECK(Report{}.ok());
}

TEST_CASE("findings exit with 3 and are still no failure") {
    Report report;
    report.has_findings = true;

    CHECK(report.exit_status() == 3);
    CHECK(report.ok());
}

TEST_CASE("an error decides the exit status, even beside findings") {
    Report report;
    report.has_findings = true;

    report.error = Error(ErrorKind::refused, "no");
    CHECK(report.exit_status() == 4);
    report.error = Error(ErrorKind::cancelled, "interrupted");
    CHECK(report.exit_status() == 130);
    CHECK_FALSE(report.ok());
}

TEST_CASE("severities are named as they are written in JSON") {
    CHECK(to_string(Severity::info) == "info");
    CHECK(to_string(Severity::warning) == "warning");
    CHECK(to_string(Severity::error) == "error");
}
