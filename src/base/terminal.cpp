#include "base/terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "base/bytes.hpp"
#include "base/file.hpp"

namespace keel {
namespace {

FileDescriptor open_terminal() {
    return FileDescriptor(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
}

}  // namespace

bool is_terminal(int fd) noexcept {
    return ::isatty(fd) == 1;
}

int terminal_width(int fd) noexcept {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

bool has_terminal() noexcept {
    const auto terminal = open_terminal();
    return terminal.is_open();
}

std::optional<std::string> ask_terminal(std::string_view question) {
    const auto terminal = open_terminal();
    if (!terminal.is_open()) return std::nullopt;
    if (::write(terminal.get(), question.data(), question.size()) < 0) return std::nullopt;
    std::string answer;
    for (;;) {
        char c = 0;
        const auto got = ::read(terminal.get(), &c, 1);
        if (got < 0 && errno == EINTR) return std::nullopt;  // Ctrl-C at the question is a no
        if (got <= 0) return std::nullopt;
        if (c == '\n') return answer;
        answer += c;
    }
}

}  // namespace keel
