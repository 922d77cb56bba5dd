#pragma once

#include <string>
#include <vector>

#include "ops/lint/rule.hpp"

namespace keel::lint {

/// A rule that fired, at a place.
struct Finding {
    const Rule* rule = nullptr;
    Severity severity = Severity::warning;
    SourcePosition where;
    std::string message;
    std::string instead;   ///< the safe alternative
    bool applied = false;  ///< in a migration that is applied already
    const Migration* migration = nullptr;
    std::vector<Edit> edits;
};

}  // namespace keel::lint
