#pragma once

#include <string>
#include <string_view>

namespace keel {

/// What a statement may destroy, in words ("drop table", "delete", "update without where"), or
/// empty. A coarse look at its words that errs towards naming something: it decides whether a
/// safety backup is taken, never whether a statement may run.
std::string destructive_part(std::string_view statement);

}  // namespace keel
