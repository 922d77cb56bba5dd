#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/text.hpp"
#include "ops/health/checkup.hpp"

namespace keel {

namespace {

/// A file or folder, and the permission bits that it should not have.
struct PermissionRule {
    std::string name;
    std::filesystem::path path;
    mode_t unwanted = 0;
    CheckStatus found = CheckStatus::warn;
    std::string_view danger;
    std::string_view mode;  ///< for chmod
};

std::vector<PermissionRule> permission_rules(const Project& project) {
    const auto& root = project.root();
    std::vector<PermissionRule> rules = {
        {.name = "files.dotenv",
         .path = root / ".env",
         .unwanted = 077,
         .danger = "others can read the secrets in it",
         .mode = "600"},
        // The file may name commands to run for a secret: who can write it runs what he likes.
        {.name = "files.project",
         .path = root / "keel.toml",
         .unwanted = 002,
         .found = CheckStatus::fail,
         .danger = "everybody can change where the data is",
         .mode = "o-w"},
        {.name = "files.local",
         .path = root / "keel.local.toml",
         .unwanted = 006,
         .danger = "everybody can read or change this machine's settings",
         .mode = "600"},
        {.name = "files.state",
         .path = project.state_directory(),
         .unwanted = 077,
         .danger = "others can read or change the audit log",
         .mode = "700"}};
    if (!project.backup().repository.starts_with("s3:")) {
        rules.push_back({.name = "files.backups",
                         .path = project.backup().repository,
                         .unwanted = 077,
                         .danger = "others can read the data in it",
                         .mode = "700"});
    }
    return rules;
}

void check_permissions(HealthChecks& checks, const PermissionRule& rule) {
    struct stat info{};
    const auto shown = rule.path.filename().string();
    if (::stat(rule.path.c_str(), &info) != 0) {
        if (errno != ENOENT && errno != ENOTDIR) throw io_error("examine", rule.path.string());
        checks.skip(rule.name, fmt::format("there is no '{}'", shown));
        return;
    }
    const auto mode = info.st_mode & 0777U;
    const auto value = fmt::format("{:04o}", mode);
    if ((mode & rule.unwanted) == 0) {
        checks.ok(rule.name, fmt::format("'{}' is {}", shown, value), value);
        return;
    }
    checks.add({.name = rule.name,
                .status = rule.found,
                .message = fmt::format("'{}' is {}: {}", shown, value, rule.danger),
                .command = fmt::format("chmod {} '{}'", rule.mode, rule.path.string()),
                .value = value});
}

}  // namespace

void check_configuration(Checkup& checkup) {
    auto& context = checkup.context;
    auto& checks = checkup.checks;
    const auto& overrides = context.invocation().overrides;
    const auto findings = Project::check(overrides, context.variables());
    for (const auto& finding : findings) checks.add(finding);
    try {
        const auto& project = context.project();
        checkup.has_project = true;
        const auto& environment = context.environment();
        checkup.has_environment = true;
        const auto source = project.file().empty() ? "built-in defaults" : project.file().string();
        checks.ok("configuration", fmt::format("environment {} from {}", environment.name, source));
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        // What the files themselves say wrong has been listed above.
        if (!checkup.has_project && !findings.empty()) return;
        checks.add({.name = "configuration",
                    .status = CheckStatus::fail,
                    .message = error.message(),
                    .fix = error.hint()});
    }
}

void check_file_permissions(Checkup& checkup) {
    if (!checkup.has_project) return;
    auto& checks = checkup.checks;
    for (const auto& rule : permission_rules(checkup.context.project())) {
        checks.attempt(rule.name, [&] { check_permissions(checks, rule); });
    }
}

void check_engine(Checkup& checkup) {
    if (!checkup.has_environment) return;
    auto& checks = checkup.checks;
    checks.attempt("engine", [&] {
        const auto& engine = checkup.context.engine();
        const auto findings = engine.diagnose();
        for (const auto& finding : findings) checks.add(finding);
        if (findings.empty()) {
            checks.ok("engine",
                      fmt::format("nothing is known against this {} library and its tools",
                                  engine.name()));
        }
    });
}

}  // namespace keel
