#include "cli/process_setup.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

#include "base/terminal.hpp"
#include "base/text.hpp"

namespace keel {

namespace {

bool is_utf8_locale(const EnvironmentReader& variables) {
    for (const std::string_view name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const std::optional<std::string> value = variables(name);
        if (!value || value->empty()) continue;
        const std::string lower = to_lower(*value);
        return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
    }
    return false;
}

bool wants_color(bool no_color, const EnvironmentReader& variables) {
    if (no_color || !variables("NO_COLOR").value_or("").empty()) return false;
    return variables("TERM").value_or("dumb") != "dumb";
}

/// A file opened later must never become what we print to.
void occupy_standard_descriptors() noexcept {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) < 0) ::open("/dev/null", O_RDWR);  // takes the lowest free one
    }
}

}  // namespace

void prepare_process() noexcept {
    occupy_standard_descriptors();
    ::umask(077);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

Actor current_actor() {
    Actor actor;
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> buffer(16384);
    ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
    actor.name = found == nullptr ? "uid " + std::to_string(::geteuid()) : found->pw_name;
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) == 0) actor.host = host.data();
    return actor;
}

TextStyle style_for(int fd, bool no_color, const EnvironmentReader& variables) {
    const bool is_screen = is_terminal(fd);
    return {.color = is_screen && wants_color(no_color, variables),
            .ascii = !is_utf8_locale(variables),
            .width = is_screen ? terminal_width(fd) : 0};
}

bool write_all(int fd, std::string_view text) noexcept {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace keel
