#include "ops/kit/approval.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace keel {

namespace {

std::string signed_text(const PlanFile& plan, std::string_view approver, std::string_view at) {
    return fmt::format("keel approval 1\n{}\n{}\n{}\n{}\n{}\n", plan.hash(), plan.environment,
                       format_utc(plan.expires_at), approver, at);
}

std::filesystem::path approval_path(const std::filesystem::path& plan_path,
                                    const std::string& public_key) {
    return fmt::format("{}.{}.approval", plan_path.native(), public_key.substr(0, 16));
}

Approval approval_from_json(const Json& json) {
    return {.plan_hash = json.at("plan").as_string(),
            .approver = json.at("approver").as_string(),
            .public_key = json.at("public_key").as_string(),
            .at = parse_utc(json.at("at").as_string()),
            .signature = json.at("signature").as_string()};
}

bool holds(const Approval& approval, const PlanFile& plan, const Approver& approver) {
    return approval.approver == approver.name &&
           equals_ignore_case(approval.public_key, approver.public_key) &&
           is_signed_by(signed_text(plan, approval.approver, format_utc(approval.at)),
                        approval.signature, approver.public_key);
}

/// A file that cannot be read is no approval; the count then says that one is missing.
bool has_approved(const std::filesystem::path& plan_path, const PlanFile& plan,
                  const Approver& approver) {
    try {
        const auto text = read_file(approval_path(plan_path, to_lower(approver.public_key)), 65536);
        return holds(approval_from_json(Json::parse(text)), plan, approver);
    } catch (const Error&) {
        return false;
    }
}

}  // namespace

std::filesystem::path write_approval(const std::filesystem::path& plan_path, const PlanFile& plan,
                                     const std::string& approver, const SigningKey& key,
                                     TimePoint now) {
    Json json = Json::object();
    const auto at = format_utc(now);
    json.set("keel_approval", 1).set("plan", plan.hash()).set("approver", approver);
    json.set("public_key", key.public_key).set("at", at);
    json.set("signature", sign(signed_text(plan, approver, at), key));
    const auto path = approval_path(plan_path, key.public_key);
    write_file_atomically(path, json.dump(2) + "\n", 0644);
    return path;
}

std::vector<std::string> valid_approvals(const std::filesystem::path& plan_path,
                                         const PlanFile& plan,
                                         const std::vector<Approver>& approvers) {
    std::vector<std::string> names;
    for (const auto& approver : approvers) {
        const bool counted = std::find(names.begin(), names.end(), approver.name) != names.end();
        if (counted || approver.name == plan.author) continue;
        if (has_approved(plan_path, plan, approver)) names.push_back(approver.name);
    }
    return names;
}

void refuse_unapproved(const std::filesystem::path& plan_path, const PlanFile& plan,
                       const ApprovalSettings& settings) {
    const auto given = valid_approvals(plan_path, plan, settings.approvers);
    if (given.size() >= static_cast<std::size_t>(settings.required)) return;
    throw Error(ErrorKind::refused,
                fmt::format("'{}' asks for {} approval{} of a plan, and there {} {}",
                            plan.environment, settings.required, settings.required == 1 ? "" : "s",
                            given.size() == 1 ? "is" : "are", given.size()))
        .with_hint(fmt::format("another approver runs: keel approve {}", plan_path.native()));
}

}  // namespace keel
