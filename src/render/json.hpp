#pragma once

#include "base/json.hpp"
#include "model/report.hpp"

namespace keel {

/// The envelope of docs/reference/json.md: exactly one object, for success and failure alike.
Json render_json(const Report& report);

}  // namespace keel
