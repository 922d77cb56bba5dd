#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment_variables.hpp"

namespace keel {

/// One change of a sqitch plan.
struct SqitchChange {
    std::string name;  ///< may have folders in it: "functions/add"
    int line = 1;
    int occurrence = 1;   ///< the second time a name comes it was reworked
    bool is_last = true;  ///< of its name
    /// The tags after it and before its next occurrence: what its own files may be named by then.
    std::vector<std::string> tags;
};

struct SqitchPlan {
    std::string project;
    std::vector<SqitchChange> changes;
};

/// Throws ErrorKind::invalid_input with the line for what sqitch would not read.
SqitchPlan parse_sqitch_plan(std::string_view text, const std::string& file);

/// A sqitch.conf: "core.top_dir" and so on, the last of each; a section's name in quotes stands
/// between: "engine.pg.top_dir".
std::map<std::string, std::string> parse_sqitch_configuration(std::string_view text);

}  // namespace keel
