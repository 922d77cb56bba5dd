#include "model/plan.hpp"

#include <algorithm>

#include "base/digest.hpp"

namespace keel {
namespace {

/// Lengths go before texts, so that no two lists of steps have the same bytes.
void add(Digest& digest, std::string_view text) {
    digest.update(std::to_string(text.size()));
    digest.update(":");
    digest.update(text);
}

}  // namespace

bool Plan::is_destructive() const noexcept {
    return std::any_of(steps.begin(), steps.end(), [](const PlanStep& s) { return s.destructive; });
}

std::string Plan::id() const {
    Digest digest;
    for (const PlanStep& step : steps) {
        add(digest, step.step);
        add(digest, step.detail);
        digest.update(step.destructive ? "!" : ".");
    }
    return digest.finish_hex();
}

}  // namespace keel
