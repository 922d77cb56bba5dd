#pragma once

#include <string>

namespace keel {

/// The statements that make a table anew with all that hangs on it, as text for a migration.
struct TableRebuild {
    std::string up;    ///< to be edited: the new definition
    std::string down;  ///< back to the definition as it is now
};

}  // namespace keel
