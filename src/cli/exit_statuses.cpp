#include "cli/exit_statuses.hpp"

#include <array>

namespace keel {

namespace {

constexpr std::array statuses = {
    ExitStatus{0, "done; what it acknowledges survives a power cut"},
    ExitStatus{1, "failed; the target is as it was before"},
    ExitStatus{2, "usage or configuration error"},
    ExitStatus{3, "findings: pending, drift, unhealthy"},
    ExitStatus{4, "refused by the guard"},
    ExitStatus{5, "unreachable or locked: try again"},
    ExitStatus{6, "partly done, a person must decide; the message gives the commands"},
    ExitStatus{130, "interrupted; otherwise as 1"},
};

bool can_end_with(const OperationSpec& spec, int code) {
    switch (code) {
        case 3:
            return spec.reports_findings;
        case 4:
            return spec.effect != Effect::read;
        case 5:
            return spec.needs == Needs::environment;
        case 6:
            return spec.effect == Effect::schema || spec.effect == Effect::destructive;
        default:
            return true;
    }
}

}  // namespace

std::span<const ExitStatus> exit_statuses() noexcept {
    return statuses;
}

std::vector<ExitStatus> exit_statuses_of(const OperationSpec& spec) {
    std::vector<ExitStatus> result;
    for (const ExitStatus& status : statuses) {
        if (can_end_with(spec, status.code)) result.push_back(status);
    }
    return result;
}

}  // namespace keel
