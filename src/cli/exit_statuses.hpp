#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ops/kit/operation.hpp"

namespace keel {

struct ExitStatus {
    int code;
    std::string_view meaning;
};

/// Every exit status of the command, in order.
std::span<const ExitStatus> exit_statuses() noexcept;
/// Those that one command can have.
std::vector<ExitStatus> exit_statuses_of(const OperationSpec& spec);

}  // namespace keel
