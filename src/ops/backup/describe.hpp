#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "model/report.hpp"
#include "ops/kit/operation_context.hpp"
#include "ops/kit/table_report.hpp"
#include "repository/repository.hpp"

namespace keel {

/// The user's tables: all but Keel's own.
std::vector<TableContent> user_tables(OperationContext& context, const DumpContent& content);
std::uint64_t bytes_raw(const Manifest& manifest) noexcept;

/// An entry of `backup list`. Members that only the manifest knows are null when it is unreadable.
Json backup_json(const Backup& backup);
/// As in `backup list --json`: a backup that was read back is complete, and only one that has been
/// restored is verified.
std::string_view state_name(const Backup& backup);
/// "verified by a restore", "complete, read back", "complete", "damaged".
std::string state_text(const Backup& backup);
/// What was proven last, how and when: "restored in 12 s, 2026-11-20 07:15:03", "read, …",
/// "never".
std::string proof_text(const Backup& backup);
/// "2026-11-20 07:15:03", in UTC.
std::string time_text(TimePoint time);

/// The repository's own problems, as warnings, with what to do next.
void report_problems(const Listing& listing, Report& report);

}  // namespace keel
