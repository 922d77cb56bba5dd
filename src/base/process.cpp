#include "base/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

extern char** environ;

namespace keel {
namespace {

constexpr std::size_t error_output_limit = 64 * 1024;

struct Pipe {
    FileDescriptor read_end;
    FileDescriptor write_end;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw io_error("create a pipe for", "a child process");
    return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

std::vector<std::string> child_environment(const ProcessOptions& options) {
    const auto is_replaced = [&](std::string_view entry) {
        const auto name = entry.substr(0, entry.find('='));
        return std::any_of(options.environment.begin(), options.environment.end(),
                           [&](const auto& pair) { return pair.first == name; }) ||
               std::find(options.unset.begin(), options.unset.end(), name) != options.unset.end();
    };
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (!is_replaced(*entry)) result.emplace_back(*entry);
    }
    for (const auto& [name, value] : options.environment) result.push_back(name + "=" + value);
    return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

/// Everything the child needs is made before fork: between fork and exec only async-signal-safe
/// calls are allowed.
pid_t spawn(const ProcessOptions& options, const Pipe& out, const Pipe& error,
            const Pipe& failure) {
    std::vector<std::string> arguments = {options.program.native()};
    arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
    auto environment = child_environment(options);
    const auto argument_pointers = pointers(arguments);
    const auto environment_pointers = pointers(environment);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    ::signal(SIGINT, SIG_IGN);  // a Ctrl-C in the terminal reaches us, and we end the child
    const int null_input = ::open("/dev/null", O_RDONLY);
    ::dup2(null_input, STDIN_FILENO);
    ::dup2(out.write_end.get(), STDOUT_FILENO);
    ::dup2(error.write_end.get(), STDERR_FILENO);
    ::execve(options.program.c_str(), argument_pointers.data(), environment_pointers.data());
    const int code = errno;
    [[maybe_unused]] const auto written = ::write(failure.write_end.get(), &code, sizeof code);
    ::_exit(127);
}

int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) throw io_error("wait for", "a child process");
    }
    return status;
}

/// Ends the child if the block is left by an exception.
class Child {
  public:
    explicit Child(pid_t pid) : pid_(pid) {}
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
    }
    int wait() { return wait_for(std::exchange(pid_, 0)); }

  private:
    pid_t pid_;
};

void keep_tail(std::string& text, std::string_view more) {
    text += more;
    if (text.size() > error_output_limit) text.erase(0, text.size() - error_output_limit);
}

void pump(Pipe& out, Pipe& error, const ProcessOptions& options, ProcessResult& result,
          const std::function<void(std::span<const std::byte>)>& take) {
    std::array<pollfd, 2> waiting = {pollfd{out.read_end.get(), POLLIN, 0},
                                     pollfd{error.read_end.get(), POLLIN, 0}};
    std::vector<std::byte> buffer(std::size_t{1} << 16);
    while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
        if (options.stop.stop_requested()) {
            throw Error(ErrorKind::cancelled,
                        fmt::format("{} was interrupted", options.program.filename().native()));
        }
        const int ready = ::poll(waiting.data(), waiting.size(), 50);
        if (ready < 0 && errno != EINTR) throw io_error("read from", options.program.native());
        for (std::size_t i = 0; ready > 0 && i < waiting.size(); ++i) {
            if (waiting[i].revents == 0) continue;
            const auto got = ::read(waiting[i].fd, buffer.data(), buffer.size());
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) {
                waiting[i].fd = -1;
                continue;
            }
            const auto piece =
                std::span<const std::byte>(buffer).first(static_cast<std::size_t>(got));
            if (i == 0)
                take(piece);
            else
                keep_tail(result.error_output, as_text(piece));
        }
    }
}

}  // namespace

ProcessResult run_process(const ProcessOptions& options,
                          const std::function<void(std::span<const std::byte>)>& out) {
    Pipe output = make_pipe(), error = make_pipe(), failure = make_pipe();
    const pid_t pid = spawn(options, output, error, failure);
    if (pid < 0) throw io_error("start", options.program.native());
    Child child(pid);
    output.write_end = FileDescriptor();
    error.write_end = FileDescriptor();
    failure.write_end = FileDescriptor();

    int code = 0;
    if (::read(failure.read_end.get(), &code, sizeof code) == sizeof code) {
        throw Error(
            ErrorKind::not_found,
            fmt::format("cannot start '{}': {}", options.program.native(), std::strerror(code)));
    }
    ProcessResult result;
    pump(output, error, options, result, out);
    const int status = child.wait();
    result.was_killed = WIFSIGNALED(status);
    result.status = result.was_killed ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return result;
}

std::optional<std::filesystem::path> find_program(std::string_view name,
                                                  const std::vector<std::filesystem::path>& more) {
    std::vector<std::filesystem::path> directories;
    if (const char* path = std::getenv("PATH")) {
        for (const auto& entry : split(path, ':')) {
            if (!entry.empty() && entry.front() == '/')
                directories.emplace_back(entry);  // never the current directory
        }
    }
    directories.insert(directories.end(), more.begin(), more.end());
    for (const auto& directory : directories) {
        auto candidate = directory / name;
        struct stat status{};
        if (::stat(candidate.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
            ::access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
    }
    return std::nullopt;
}

}  // namespace keel
