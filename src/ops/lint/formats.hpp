#pragma once

#include <span>
#include <string>

#include "base/json.hpp"
#include "ops/lint/finding.hpp"

/// Findings in the forms that people and programs read.
namespace keel::lint {

Json findings_json(std::span<const Finding> findings);
/// For people: each with its place, why it matters and what to do instead.
std::string findings_text(std::span<const Finding> findings);
/// Workflow commands of GitHub: annotations on the lines of a pull request.
std::string findings_github(std::span<const Finding> findings);
/// SARIF 2.1.0, which code scanners read.
Json findings_sarif(std::span<const Finding> findings);

/// The page of a rule in docs/reference/lint, and the list of all rules there.
std::string rule_page(const Rule& rule);
std::string rule_index();
Json rules_json();

}  // namespace keel::lint
