#include "ops/health/status.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "db/admin.hpp"
#include "ops/health/check.hpp"

namespace keel {

namespace {

struct Status {
    bool exists = false;
    std::optional<ServerInfo> server;
    MigrationSummary migrations;
    std::optional<BackupSummary> backup;
    MarkerCheck marker;
    bool is_protected = false;
};

/// Something a person should know, and what to type about it.
struct Finding {
    CheckStatus status = CheckStatus::warn;
    std::string text;
    std::string next_step;
};

Status read_status(OperationContext& context) {
    Status status;
    auto* connection = context.connection_if_exists();
    status.exists = connection != nullptr;
    if (status.exists) status.server = context.engine().admin().info(*connection);
    status.marker = context.marker();
    status.is_protected = context.is_protected();
    const auto& services = context.services();
    if (services.migrator) status.migrations = services.migrator->summary(context);
    if (services.backups) status.backup = services.backups->newest(context);
    return status;
}

void judge_marker(const MarkerCheck& marker, std::vector<Finding>& findings) {
    switch (marker.state) {
        case MarkerState::absent:
        case MarkerState::match:
        case MarkerState::moved:
            return;
        case MarkerState::copy:
            findings.push_back(
                {CheckStatus::warn, "copied database: " + marker.explanation, "keel env adopt"});
            return;
        case MarkerState::mismatch:
            findings.push_back(
                {CheckStatus::fail, "wrong database: " + marker.explanation, "keel env adopt"});
            return;
    }
}

void judge_migrations(const Status& status, std::vector<Finding>& findings) {
    const auto& migrations = status.migrations;
    if (migrations.unfinished) {
        findings.push_back({CheckStatus::fail, "a migration was interrupted or failed half way",
                            "keel migrate status"});
    }
    if (!migrations.changed.empty()) {
        findings.push_back({CheckStatus::warn,
                            "edited after it was applied: " + join(migrations.changed, ", "),
                            "keel migrate status"});
    }
    if (!migrations.missing.empty()) {
        findings.push_back({CheckStatus::warn,
                            "applied, but its file is gone: " + join(migrations.missing, ", "),
                            "keel migrate status"});
    }
    if (migrations.drift) {
        findings.push_back({CheckStatus::warn,
                            "drift: the schema is not what the last migration left",
                            "keel inspect"});
    }
    if (!migrations.pending.empty() && status.exists) {
        findings.push_back({CheckStatus::warn,
                            count_of(migrations.pending.size(), "pending migration"),
                            "keel migrate up"});
    }
}

void judge_backup(const Status& status, std::vector<Finding>& findings) {
    if (!status.exists || !status.is_protected) return;
    if (!status.backup) {
        findings.push_back({CheckStatus::warn, "no backup yet", "keel backup create"});
    } else if (!status.backup->verified) {
        findings.push_back({CheckStatus::warn, "the last backup has not been verified",
                            "keel backup verify " + status.backup->id});
    }
}

std::vector<Finding> judge(const Status& status) {
    std::vector<Finding> findings;
    if (!status.exists) {
        findings.push_back({CheckStatus::warn, "the database does not exist yet", "keel db init"});
    }
    judge_marker(status.marker, findings);
    judge_migrations(status, findings);
    judge_backup(status, findings);
    return findings;
}

CheckStatus worst(const std::vector<Finding>& findings) {
    if (findings.empty()) return CheckStatus::ok;
    const bool fails = std::ranges::any_of(
        findings, [](const Finding& finding) { return finding.status == CheckStatus::fail; });
    return fails ? CheckStatus::fail : CheckStatus::warn;
}

Json backup_json(const std::optional<BackupSummary>& backup) {
    if (!backup) return {};
    Json json = Json::object();
    json.set("id", backup->id).set("created_at", backup->created_at);
    json.set("verified", backup->verified);
    return json;
}

Json status_json(const Environment& environment, const Status& status, CheckStatus health) {
    const auto& migrations = status.migrations;
    const auto& server = status.server;
    Json json = Json::object();
    json.set("environment", environment.name).set("kind", to_string(environment.kind));
    json.set("protected", status.is_protected);
    json.set("engine", to_string(environment.url.engine()));
    json.set("server_version", server ? Json(server->version) : Json());
    json.set("database", environment.url.redacted());
    json.set("size_bytes", server ? Json(server->size_bytes) : Json());
    json.set("version", migrations.current.empty() ? Json() : Json(migrations.current));
    json.set("applied", migrations.applied);
    json.set("pending", Json::from(migrations.pending));
    json.set("drift", migrations.drift);
    json.set("last_backup", backup_json(status.backup));
    json.set("health", to_string(health));
    return json;
}

KeyValues status_text(const Environment& environment, const Status& status, CheckStatus health) {
    const auto& migrations = status.migrations;
    std::string database(to_string(environment.url.engine()));
    if (status.server) {
        const auto size = static_cast<std::uint64_t>(status.server->size_bytes);
        database += fmt::format(" {}, {}", status.server->version, format_bytes(size));
    } else {
        database += ", not there yet";
    }
    std::string backup = "none";
    if (status.backup) {
        backup = fmt::format("{} of {}{}", status.backup->id, status.backup->created_at,
                             status.backup->verified ? ", verified" : ", not verified");
    }
    return {{{"environment", fmt::format("{} ({}{})", environment.name, to_string(environment.kind),
                                         status.is_protected ? ", protected" : "")},
             {"database", database},
             {"address", environment.url.redacted()},
             {"version", migrations.current.empty() ? "none" : migrations.current},
             {"migrations",
              fmt::format("{} applied, {} pending", migrations.applied, migrations.pending.size())},
             {"last backup", backup},
             {"health", std::string(to_string(health))}}};
}

void add_findings(Report& report, const std::vector<Finding>& findings) {
    for (const auto& finding : findings) {
        const auto mark = finding.status == CheckStatus::fail ? Mark::failure : Mark::warning;
        report.body.emplace_back(MarkedLine{mark, finding.text});
        if (std::ranges::find(report.next_steps, finding.next_step) == report.next_steps.end()) {
            report.next_steps.push_back(finding.next_step);
        }
    }
}

}  // namespace

void show_status(OperationContext& context, const OptionValues&, Report& report) {
    const auto& environment = context.environment();
    Status status;
    try {
        status = read_status(context);
    } catch (const Error&) {
        status.is_protected = environment.is_protected;
        report.result = status_json(environment, status, CheckStatus::fail);
        throw;
    }
    const auto findings = judge(status);
    const auto health = worst(findings);
    report.result = status_json(environment, status, health);
    report.body.emplace_back(status_text(environment, status, health));
    add_findings(report, findings);
}

}  // namespace keel
