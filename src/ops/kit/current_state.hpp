#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/manifest.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

/// What an operation is about to replace, as far as it can be told.
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

/// What replacing it by `tables` would change, as lines: the whole, then every table whose number
/// of rows differs. `origin` is where those come from: "the backup".
std::vector<std::string> compare(const CurrentState& now, const std::vector<TableContent>& tables,
                                 std::string_view origin);

}  // namespace keel
