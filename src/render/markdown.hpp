#pragma once

#include <string>

#include "model/report.hpp"

namespace keel {

/// The report as a Markdown section, for a pull request or a page: its body, then problems and next
/// steps. Text from outside cannot break out of its cell, item or fence.
std::string render_markdown(const Report& report);

}  // namespace keel
