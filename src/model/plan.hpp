#pragma once

#include <optional>
#include <string>
#include <vector>

namespace keel {

/// What an operation is about to do, step by step; what --dry-run prints. An empty plan means there
/// is nothing to do: then nothing is locked, asked, backed up or audited.
struct PlanStep {
    std::string step;    ///< "apply 20260101_users"
    std::string detail;  ///< what exactly: SQL, sizes, names
    bool destructive = false;
    /// What changes by itself (rows and sizes as they are now): shown below the step, and no part
    /// of what was agreed to.
    std::vector<std::string> figures = {};
};

struct Plan {
    std::vector<PlanStep> steps;

    bool empty() const noexcept { return steps.empty(); }
    bool is_destructive() const noexcept;
    /// Digest of the steps: names this plan.
    std::string id() const;
};

}  // namespace keel
