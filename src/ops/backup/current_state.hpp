#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/manifest.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

/// What a restore is about to replace, as far as it can be told.
struct CurrentState {
    enum class Kind { absent, unreadable, readable };
    Kind kind = Kind::absent;
    std::string problem;  ///< why it cannot be read
    std::uint64_t bytes = 0;
    std::string instance_id;  ///< of its marker
    std::string location;     ///< of its identity
    bool is_exact = true;     ///< of the row counts
    std::vector<TableContent> tables;
};

CurrentState read_current_state(OperationContext& context);

/// What a restore would change, as lines: the whole, then every table whose number of rows differs.
std::vector<std::string> compare(const CurrentState& now, const std::vector<TableContent>& backup);

}  // namespace keel
