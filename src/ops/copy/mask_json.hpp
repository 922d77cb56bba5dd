#pragma once

#include <string>
#include <string_view>

#include "ops/copy/mask_values.hpp"

namespace keel {

/// Masks what the paths of `rule` lead to in a JSON text: texts and numbers, and everything below
/// where a path ends at a list or an object. All else of the text stays as it was written. Throws
/// ErrorKind::invalid_input for what is no JSON.
std::string mask_json(std::string_view text, const MaskRule& rule, const ValueMasker& masker);

}  // namespace keel
