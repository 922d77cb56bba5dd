#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ops/kit/operation_context.hpp"
#include "ops/lint/linter.hpp"

namespace keel::lint {

/// What [lint] of the project says. Throws ErrorKind::config for a rule that there is not.
LintSettings settings_of(const LintConfiguration& configuration);

/// The versions that the history says are applied, as version_key tells them apart.
std::set<std::string> applied_versions(std::span<const AppliedMigration> history);

/// The operation's database as far as it can be had: nothing when it is not there or cannot be
/// reached, which `warnings` then says.
LiveKnowledge look_at_database(OperationContext& context, std::vector<std::string>& warnings);

/// A file as it stands on disk, by its shown path; empty when it cannot be read.
std::string file_text(OperationContext& context, const std::filesystem::path& file);

/// "2026-11-20", UTC.
std::string today(const Clock& clock);

}  // namespace keel::lint
