#include "ops/audit/verify.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "ops/kit/audit_anchor.hpp"

namespace keel {

namespace {

/// What the database has to say about the log.
struct Anchors {
    std::string state = "none";  ///< "match", "none" or "unknown" until the log was compared
    std::vector<AuditHead> heads;
};

Anchors read_anchors(OperationContext& context, Report& report) {
    Anchors anchors;
    try {
        if (auto* connection = context.connection_if_exists()) {
            anchors.heads = read_audit_anchors(*connection, context.engine());
        }
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled || error.kind() == ErrorKind::integrity) throw;
        anchors.state = "unknown";
        report.warnings.push_back(
            fmt::format("the database could not be asked, so the end of the log is unproven: {}",
                        error.message()));
    }
    return anchors;
}

std::string place_of(const AuditProblem& problem) {
    return fmt::format("{}:{}", problem.file, problem.line);
}

Json problem_json(const AuditProblem& problem) {
    Json json = Json::object();
    json.set("file", problem.file).set("line", problem.line).set("message", problem.message);
    return json;
}

/// A log that was removed as a whole breaks no chain; only the database remembers it.
void warn_of_other_logs(const Anchors& anchors, bool has_own, Report& report) {
    const auto others = anchors.heads.size() - (has_own ? 1 : 0);
    if (others == 0) return;
    report.warnings.push_back(fmt::format(
        "the database was also changed under {}: of other machines or folders, or one that was "
        "removed here",
        count_of(others, "other audit log")));
}

void describe(const std::vector<AuditProblem>& problems, const std::optional<AuditHead>& head,
              const Anchors& anchors, Report& report) {
    for (const auto& problem : problems) {
        report.body.emplace_back(
            MarkedLine{Mark::failure, fmt::format("{}: {}", place_of(problem), problem.message)});
    }
    if (!problems.empty()) {
        report.body.emplace_back(
            Paragraph{"Keep the file as it is, and compare it with a copy from elsewhere."});
        return;
    }
    if (!head) {
        report.body.emplace_back(
            MarkedLine{Mark::skipped, "no audit log: nothing has been changed from here yet"});
        return;
    }
    report.body.emplace_back(MarkedLine{
        Mark::ok, count_of(head->sequence, "entry", "entries") + ", the chain is unbroken"});
    if (anchors.state == "match") {
        report.body.emplace_back(MarkedLine{Mark::ok, "the database remembers the same log"});
    } else if (anchors.state == "none") {
        report.body.emplace_back(
            MarkedLine{Mark::skipped, "the database remembers nothing of this log"});
    }
}

/// The head of the log; a log too damaged to have one is a finding that `verify` lists.
std::optional<AuditHead> head_if_readable(const AuditLog& log) {
    try {
        return log.head();
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::io) throw;
        return std::nullopt;
    }
}

}  // namespace

void verify_audit(OperationContext& context, const OptionValues&, Report& report) {
    const auto log = context.audit_log();
    const auto head = head_if_readable(log);
    auto anchors = read_anchors(context, report);
    const auto anchor = head ? find_audit_anchor(anchors.heads, head->log_id) : std::nullopt;
    const auto problems = log.verify(anchor);
    if (anchor) anchors.state = problems.empty() ? "match" : "mismatch";
    warn_of_other_logs(anchors, anchor.has_value(), report);

    Json list = Json::array();
    for (const auto& problem : problems) list.push_back(problem_json(problem));
    report.result.set("ok", problems.empty());
    report.result.set("entries", head ? Json(head->sequence) : Json(0));
    report.result.set("anchor", anchors.state).set("problems", std::move(list));
    report.has_findings = !problems.empty();
    describe(problems, head, anchors, report);
}

}  // namespace keel
