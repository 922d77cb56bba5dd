#pragma once

#include <string>

#include "model/report.hpp"

namespace keel {

struct TextStyle {
    bool color = false;
    bool ascii = false;  ///< no symbols beyond ASCII
    int width = 80;
};

/// The report's body and next steps, for stdout.
std::string render_text(const Report& report, const TextStyle& style);
/// Warnings, diagnostics and the error with its hint, place (file:line:column, the line and a
/// caret) and trail, for stderr.
std::string render_problems(const Report& report, const TextStyle& style);

}  // namespace keel
