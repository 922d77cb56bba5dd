#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/signature.hpp"
#include "model/environment.hpp"
#include "ops/kit/plan_file.hpp"

namespace keel {

/// One person's agreement to one plan: a detached signature over its hash, environment and expiry.
/// Kept beside the plan as "<plan>.<first 16 digits of the public key>.approval".
struct Approval {
    std::string plan_hash;
    std::string approver;
    std::string public_key;
    TimePoint at{};
    std::string signature;
};

/// Signs `plan` and writes the approval beside `plan_path`; returns its path.
std::filesystem::path write_approval(const std::filesystem::path& plan_path, const PlanFile& plan,
                                     const std::string& approver, const SigningKey& key,
                                     TimePoint now);

/// Names of those among `approvers` whose valid approval of this very plan lies beside it, without
/// the plan's author, each once.
std::vector<std::string> valid_approvals(const std::filesystem::path& plan_path,
                                         const PlanFile& plan,
                                         const std::vector<Approver>& approvers);

/// Throws ErrorKind::refused when the environment asks for more approvals than there are.
void refuse_unapproved(const std::filesystem::path& plan_path, const PlanFile& plan,
                       const ApprovalSettings& settings);

}  // namespace keel
