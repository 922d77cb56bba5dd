#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "model/diagnostic.hpp"

namespace keel {

/// A finding (preflight.disk) when the file system that holds `path` has less than `needed` bytes
/// for us; nothing when it has, or when that cannot be seen from here.
std::optional<Diagnostic> lack_of_room(const std::filesystem::path& path, std::uint64_t needed);

}  // namespace keel
