#include "ops/lint/service.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ops/lint/project_lint.hpp"

namespace keel {
namespace {

Diagnostic diagnostic_of(const lint::Finding& finding) {
    return {.severity = finding.severity,
            .rule = std::string(finding.rule->id),
            .message = finding.message,
            .hint = finding.instead,
            .where = finding.where};
}

class ProjectLinter final : public MigrationLinter {
  public:
    std::vector<Diagnostic> check(OperationContext& context, std::span<const Migration> files,
                                  std::span<const Migration* const> pending) override {
        std::vector<std::string> warnings;
        const auto is_pending = [&](int number) {
            const Migration* file = &files[static_cast<std::size_t>(number)];
            return std::ranges::find(pending, file) != pending.end();
        };
        const lint::LintRequest request{
            .engine = context.engine(),
            .files = files,
            .wants = is_pending,
            .is_applied = [&](int number) { return !is_pending(number); },
            .text_of =
                [&](const std::filesystem::path& file) { return lint::file_text(context, file); },
            .settings = lint::settings_of(context.project().lint()),
            .live = lint::look_at_database(context, warnings),
            .provenance = {},
            .today = lint::today(context.context().clock),
            .context = context.context()};
        std::vector<Diagnostic> found;
        for (const lint::Finding& finding : run_lint(request))
            found.push_back(diagnostic_of(finding));
        return found;
    }
};

}  // namespace

std::unique_ptr<MigrationLinter> make_migration_linter() {
    return std::make_unique<ProjectLinter>();
}

}  // namespace keel
