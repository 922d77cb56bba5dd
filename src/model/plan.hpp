#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/table_name.hpp"

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
    /// What the operation wants to be backed up first, besides what a destructive plan always
    /// gets; no part of what was agreed to.
    enum class Backup { when_destructive, always } backup = Backup::when_destructive;
    std::vector<TableName> touched;  ///< if any: these tables alone are backed up

    bool empty() const noexcept { return steps.empty(); }
    bool is_destructive() const noexcept;
    /// Digest of the steps: names this plan.
    std::string id() const;
};

}  // namespace keel
