#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace keel {

enum class Severity { info, warning, error };
std::string_view to_string(Severity severity) noexcept;

/// One finding among many: a configuration mistake, a lint rule that fired, a health check.
struct Diagnostic {
    Severity severity = Severity::error;
    std::string rule;  ///< stable id, e.g. "config.unknown-key"
    std::string message;
    std::string hint;
    SourcePosition where;
};

}  // namespace keel
