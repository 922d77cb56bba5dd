#pragma once

#include "ops/kit/operation_context.hpp"

namespace keel {

/// What --dry-run shows.
void report_plan(const Plan& plan, Report& report);

/// Writes `plan`, with the state of the database it was made in, where the invocation's
/// plan_request says, and adds file, hash and expiry to the report.
void save_plan(OperationContext& context, const Plan& plan, Report& report);

/// When the invocation carries a plan file: throws ErrorKind::refused unless the file is approved
/// as the environment asks, unexpired, and `plan` and the database are what they were when it was
/// made.
void refuse_other_than_planned(OperationContext& context, const Plan& plan);

/// The request that a plan file stands for. Throws what read_plan_file throws.
Invocation planned_invocation(const std::filesystem::path& path, const Invocation& request);

}  // namespace keel
