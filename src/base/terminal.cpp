#include "base/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

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

std::optional<std::string> ask_terminal(std::string_view question, std::stop_token stop) {
    const auto terminal = open_terminal();
    if (!terminal.is_open()) return std::nullopt;
    ::tcflush(terminal.get(), TCIFLUSH);
    if (::write(terminal.get(), question.data(), question.size()) < 0) return std::nullopt;
    std::string answer;
    while (!stop.stop_requested()) {
        pollfd waiting{terminal.get(), POLLIN, 0};
        // Signals are waited for elsewhere and interrupt nothing here, so the token is looked at.
        const int ready = ::poll(&waiting, 1, 50);
        if (ready == 0) continue;
        char c = 0;
        if (ready < 0 || ::read(terminal.get(), &c, 1) <= 0) return std::nullopt;
        if (c == '\n') return answer;
        answer += c;
    }
    return std::nullopt;
}

}  // namespace keel
