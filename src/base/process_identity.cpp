#include "base/process_identity.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::uint64_t largest_proc_file = 4096;
constexpr std::size_t start_field = 19;  // behind the name, which may hold anything but a last ")"

/// Empty when it cannot be read.
std::string proc_text(const std::string& path) {
    try {
        return std::string(trim(read_file(path, largest_proc_file)));
    } catch (const Error&) {
        return {};
    }
}

/// When the process began, in ticks since the boot; empty when there is none of that number.
std::string start_of(std::string_view pid) {
    const std::string stat = proc_text(fmt::format("/proc/{}/stat", pid));
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos) return {};
    const auto fields = split(std::string_view(stat).substr(name_end + 1), ' ');
    // One that has ended, and whose end nobody has asked for yet, does nothing more.
    if (fields.size() <= start_field + 1 || fields[1] == "Z") return {};
    return fields[start_field + 1];
}

/// What all processes have in common that see each other.
std::string neighbourhood() {
    std::error_code failure;
    const auto space = std::filesystem::read_symlink("/proc/self/ns/pid", failure);
    const std::string boot = proc_text("/proc/sys/kernel/random/boot_id");
    if (failure || boot.empty()) return {};
    return fmt::format("{} {}", boot, space.string());
}

}  // namespace

std::string own_process_identity() {
    const std::string around = neighbourhood();
    const std::string pid = std::to_string(::getpid());
    const std::string start = start_of(pid);
    if (around.empty() || start.empty()) return {};
    return fmt::format("{} {} {}", around, pid, start);
}

bool is_known_dead(std::string_view identity) {
    const auto words = split(identity, ' ');
    constexpr std::size_t parts = 4;
    if (words.size() != parts || fmt::format("{} {}", words[0], words[1]) != neighbourhood())
        return false;
    return parse_unsigned(words[2]) && start_of(words[2]) != words[3];
}

}  // namespace keel
