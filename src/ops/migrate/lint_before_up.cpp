#include "ops/migrate/lint_before_up.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace keel {
namespace {

std::string describe(const Diagnostic& finding) {
    return fmt::format("{}:{}: {} ({}); instead: {}", finding.where.file, finding.where.line,
                       finding.message, finding.rule, finding.hint);
}

[[noreturn]] void refuse(const std::vector<Diagnostic>& errors) {
    const Diagnostic& first = errors.front();
    std::string more;
    if (errors.size() > 1)
        more = fmt::format(" (and {} more: keel migrate lint lists all)", errors.size() - 1);
    throw Error(ErrorKind::refused, fmt::format("a pending migration is dangerous: {} [{}]{}",
                                                first.message, first.rule, more))
        .with_hint(fmt::format("{} Or say why it is fine, above the statement: -- keel:ignore {} "
                               "reason=\"…\"",
                               first.hint, first.rule))
        .at(first.where);
}

}  // namespace

std::vector<std::string> lint_before_up(OperationContext& context, std::span<const Migration> files,
                                        std::span<const Migration* const> pending) {
    std::vector<std::string> warnings;
    const std::string& policy = context.project().lint().before_up;
    MigrationLinter* linter = context.services().linter;
    if (policy == "off" || pending.empty() || linter == nullptr) return warnings;
    auto errors = linter->check(context, files, pending);
    std::erase_if(errors, [](const Diagnostic& one) { return one.severity != Severity::error; });
    if (errors.empty()) return warnings;
    if (policy == "refuse") refuse(errors);
    for (const Diagnostic& error : errors) warnings.push_back(describe(error));
    return warnings;
}

}  // namespace keel
