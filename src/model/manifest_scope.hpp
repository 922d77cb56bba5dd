#pragma once

#include "model/manifest.hpp"

namespace keel {

/// Whether a backup holds some tables, and not a whole database.
bool is_of_tables(const DumpContent& content) noexcept;
void mark_as_of_tables(DumpContent& content);

}  // namespace keel
