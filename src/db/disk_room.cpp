#include "db/disk_room.hpp"

#include <fmt/format.h>

#include <system_error>

#include "base/text.hpp"

namespace keel {

std::optional<Diagnostic> lack_of_room(const std::filesystem::path& path, std::uint64_t needed) {
    std::error_code failure;
    const auto space = std::filesystem::space(path, failure);
    if (failure || space.available >= needed) return std::nullopt;
    Diagnostic found;
    found.severity = Severity::warning;
    found.rule = "preflight.disk";
    found.message =
        fmt::format("what is to be written anew needs up to {}, and the disk has {} left",
                    format_bytes(needed), format_bytes(space.available));
    found.hint = "make room first: a full disk stops everybody who writes";
    return found;
}

}  // namespace keel
