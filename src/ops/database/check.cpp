#include "ops/database/check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "db/admin.hpp"

namespace keel {

namespace {

Diagnostic damage(const Error& error) {
    return {.severity = Severity::error,
            .rule = "database.integrity",
            .message = error.message(),
            .hint = error.hint(),
            .where = {}};
}

/// What the engine finds. A file so damaged that the check itself breaks off is a finding too.
std::vector<Diagnostic> find_damage(OperationContext& context, Connection& connection,
                                    bool thorough) {
    try {
        return context.engine().admin().check(connection, thorough);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::integrity) throw;
        return {damage(error)};
    }
}

Json finding_json(const Diagnostic& finding) {
    Json json = Json::object();
    json.set("rule", finding.rule).set("severity", to_string(finding.severity));
    json.set("message", finding.message);
    json.set("fix", finding.hint.empty() ? Json() : Json(finding.hint));
    return json;
}

bool is_damage(const Diagnostic& finding) {
    return finding.severity == Severity::error;
}

void describe(const std::vector<Diagnostic>& findings, bool thorough, Report& report) {
    for (const auto& finding : findings) {
        const auto mark = is_damage(finding) ? Mark::failure : Mark::warning;
        report.body.emplace_back(MarkedLine{mark, finding.message});
        if (!finding.hint.empty()) report.body.emplace_back(Paragraph{"      " + finding.hint});
    }
    if (findings.empty()) {
        const auto how =
            thorough ? "integrity: sound, indexes compared with their tables" : "integrity: sound";
        report.body.emplace_back(MarkedLine{Mark::ok, how});
    }
    if (report.has_findings) {
        report.next_steps = {"keel backup create --label damaged", "keel backup list"};
    }
}

}  // namespace

void check_integrity(OperationContext& context, const OptionValues& options, Report& report) {
    const bool thorough = options.flag("thorough");
    const Stopwatch stopwatch;
    auto& connection = context.connection();
    const auto server = context.engine().admin().info(connection);
    const auto latency = stopwatch.elapsed();
    report.result.set("reachable", true)
        .set("engine", context.engine().name())
        .set("server_version", server.version)
        .set("database", context.environment().url.redacted())
        .set("size_bytes", server.size_bytes)
        .set("latency_ms", latency.count())
        .set("thorough", thorough);
    report.body.emplace_back(
        MarkedLine{Mark::ok, fmt::format("connected to {} {} in {}", context.engine().name(),
                                         server.version, format_duration(latency))});

    const auto findings = find_damage(context, connection, thorough);
    Json list = Json::array();
    for (const auto& finding : findings) list.push_back(finding_json(finding));
    report.has_findings = std::ranges::any_of(findings, is_damage);
    report.result.set("findings", std::move(list)).set("ok", !report.has_findings);
    describe(findings, thorough, report);
}

}  // namespace keel
