#pragma once

#include <functional>
#include <optional>
#include <string>

#include "model/report.hpp"

namespace keel {

struct TextStyle {
    bool color = false;
    bool ascii = false;  ///< no symbols beyond ASCII
    int width = 0;       ///< columns to wrap paragraphs at; 0 leaves lines as long as they are
};

/// Finds the text of a file that an error points into; nothing when it cannot be had.
using SourceReader = std::function<std::optional<std::string>(const std::string& file)>;

enum class NextSteps { shown, hidden };

/// The report's body and next steps, for stdout. Text from outside is shown escaped.
std::string render_text(const Report& report, const TextStyle& style,
                        NextSteps steps = NextSteps::shown);
/// Warnings, diagnostics and the error with its hint, place (file:line:column, the line and a
/// caret) and trail, for stderr. Lines are taken from the failing statement, or through `sources`;
/// values in configuration files are never shown, as they may be secrets.
std::string render_problems(const Report& report, const TextStyle& style,
                            const SourceReader& sources = {});

}  // namespace keel
