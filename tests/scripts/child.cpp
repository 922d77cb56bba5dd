#include "child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "base/error.hpp"
#include "base/file.hpp"

namespace keel::scripts {

namespace {

constexpr std::chrono::seconds longest_run{60};
/// What a child announces it has not begun yet.
constexpr std::chrono::milliseconds into_the_work{100};

struct Pipe {
    FileDescriptor read_end;
    FileDescriptor write_end;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw io_error("make", "a pipe");
    return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

FileDescriptor make_terminal() {
    FileDescriptor master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!master.is_open() || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0) {
        throw io_error("make", "a terminal");
    }
    return master;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

[[noreturn]] void become(const ChildOptions& options, const Pipe& out, const Pipe& error,
                         const FileDescriptor& terminal) {
    std::vector<std::string> command = options.command;
    std::vector<std::string> environment = options.environment;
    ::setsid();
    if (terminal.is_open()) {
        // Opening it as the leader of a new session makes it the controlling terminal.
        const int slave = ::open(::ptsname(terminal.get()), O_RDWR);
        ::ioctl(slave, TIOCSCTTY, 0);
    }
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(out.write_end.get(), STDOUT_FILENO);
    ::dup2(error.write_end.get(), STDERR_FILENO);
    if (::chdir(options.directory.c_str()) != 0) ::_exit(126);
    ::execve(command[0].c_str(), pointers(command).data(), pointers(environment).data());
    ::_exit(127);
}

/// Collects what the child writes and answers its questions.
class Conversation {
  public:
    Conversation(const ChildOptions& options, const FileDescriptor& terminal)
        : options_(options), terminal_(terminal) {}

    ChildResult run(pid_t child, const Pipe& out, const Pipe& error) {
        std::array<pollfd, 3> waiting = {pollfd{out.read_end.get(), POLLIN, 0},
                                         pollfd{error.read_end.get(), POLLIN, 0},
                                         pollfd{terminal_.get(), POLLIN, 0}};
        const auto begin = std::chrono::steady_clock::now();
        while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
            if (std::chrono::steady_clock::now() - begin > longest_run) ::kill(child, SIGKILL);
            if (::poll(waiting.data(), waiting.size(), 1000) <= 0) continue;
            take(waiting[0], result_.out);
            take(waiting[1], result_.error);
            take(waiting[2], result_.terminal);
            answer();
            interrupt(child);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        result_.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        return result_;
    }

  private:
    static void take(pollfd& waiting, std::string& text) {
        if (waiting.fd < 0 || waiting.revents == 0) return;
        std::array<char, 4096> buffer{};
        const ssize_t got = ::read(waiting.fd, buffer.data(), buffer.size());
        if (got <= 0) {
            waiting.fd = -1;
        } else {
            text.append(buffer.data(), static_cast<std::size_t>(got));
        }
    }

    /// A question is what ends with a blank; what was typed is echoed with a line end.
    void answer() {
        if (answered_ == options_.typed.size() || !result_.terminal.ends_with(' ')) return;
        const std::string& typed = options_.typed[answered_++];
        const std::string line = typed == "^C" ? "\x03" : typed + "\n";
        [[maybe_unused]] const auto written = ::write(terminal_.get(), line.data(), line.size());
        result_.terminal += '\n';
    }

    void interrupt(pid_t child) {
        if (!interrupts_ || result_.error.find(options_.interrupt_at) == std::string::npos) return;
        interrupts_ = false;
        std::this_thread::sleep_for(into_the_work);
        ::kill(child, SIGINT);
    }

    const ChildOptions& options_;
    const FileDescriptor& terminal_;
    ChildResult result_;
    std::size_t answered_ = 0;
    bool interrupts_ = !options_.interrupt_at.empty();
};

}  // namespace

ChildResult run_child(const ChildOptions& options) {
    Pipe out = make_pipe();
    Pipe error = make_pipe();
    const FileDescriptor terminal = options.typed.empty() ? FileDescriptor() : make_terminal();
    const pid_t child = ::fork();
    if (child < 0) throw io_error("start", options.command[0]);
    if (child == 0) become(options, out, error, terminal);
    out.write_end = FileDescriptor();
    error.write_end = FileDescriptor();
    return Conversation(options, terminal).run(child, out, error);
}

}  // namespace keel::scripts
