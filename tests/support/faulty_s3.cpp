#include "support/faulty_s3.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "base/http.hpp"
#include "base/json.hpp"

extern char** environ;

namespace keel::test {
namespace {

struct Pipe {
    FileDescriptor reading;
    FileDescriptor writing;
};

Pipe new_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

std::string read_line(int fd) {
    std::string line;
    char c = 0;
    while (::read(fd, &c, 1) == 1 && c != '\n') line += c;
    return line;
}

}  // namespace

FaultyS3::FaultyS3(std::string certificate) {
    Pipe input = new_pipe();
    const Pipe output = new_pipe();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.reading.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.writing.get(), STDOUT_FILENO);
    std::string program = KEEL_TEST_SUPPORT_DIR "/faulty_s3";
    char* given = certificate.empty() ? nullptr : certificate.data();
    std::array<char*, 3> arguments = {program.data(), given, nullptr};
    const int failure =
        ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) throw std::runtime_error("cannot start " + program);
    input_ = std::move(input.writing);
    address_ = read_line(output.reading.get());
}

FaultyS3::~FaultyS3() {
    input_ = FileDescriptor();
    ::waitpid(pid_, nullptr, 0);
}

void FaultyS3::control(std::string_view json) const {
    HttpClient client;
    client.send({.method = HttpMethod::put,
                 .url = address_ + "/-/control",
                 .body = std::as_bytes(std::span(json.data(), json.size()))});
}

int FaultyS3::requests(std::string_view method) const {
    HttpClient client;
    const Json counts = Json::parse(client.send({.url = address_ + "/-/requests"}).body);
    const Json* count = counts.find(method);
    return count ? static_cast<int>(count->as_integer()) : 0;
}

}  // namespace keel::test
