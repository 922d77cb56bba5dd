#pragma once

#include <string>

#include "model/plan.hpp"
#include "ops/kit/interaction.hpp"
#include "ops/kit/invocation.hpp"
#include "ops/kit/marker.hpp"

namespace keel {

/// Everything the decision hangs on.
struct GuardRequest {
    const OperationSpec& spec;
    const Invocation& invocation;
    std::string environment;  ///< its name: what must be typed
    bool is_protected = false;
    bool is_testing = false;     ///< KEEL_TESTING or the library's test fixture
    bool has_plan_file = false;  ///< an unmoved, approved plan file stands for the answer
    const Plan* plan = nullptr;
    /// The operation would take a database's protection away: decided as destructive, whatever its
    /// spec says.
    bool lowers_protection = false;
};

enum class Verdict { allow, ask_yes, ask_name, refuse };
struct Decision {
    Verdict verdict = Verdict::allow;
    std::string reason;
    std::string hint;
};

/// Pure: what interface 7 says for effect × environment × actor. `can_ask` is whether a terminal is
/// there.
Decision decide(const GuardRequest& request, bool can_ask);

/// Before any connection: a test run never opens a protected environment for writing. Throws
/// ErrorKind::refused.
void refuse_protected_in_tests(const GuardRequest& request);
/// Throws ErrorKind::refused when marker and configuration disagree and the operation changes
/// something.
void refuse_mismatch(const OperationSpec& spec, const MarkerCheck& check);
/// Shows the banner on a protected environment, asks what `decide` says must be asked, and throws
/// ErrorKind::refused unless it was granted.
void guard(const GuardRequest& request, Interaction& interaction);

}  // namespace keel
