#include "postgres_proxy.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>

#include "postgres_support.hpp"

namespace keel::conformance {
namespace {

FileDescriptor unix_socket(const std::string& path, bool listens) {
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (listens) {
        REQUIRE(::bind(socket.get(), generic, sizeof address) == 0);
        REQUIRE(::listen(socket.get(), 64) == 0);
    } else {
        REQUIRE(::connect(socket.get(), generic, sizeof address) == 0);
    }
    return socket;
}

std::string receive(int fd) {
    std::string buffer(65536, '\0');
    const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
    buffer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return buffer;
}

void send(int fd, const std::string& piece) {
    [[maybe_unused]] const auto sent = ::send(fd, piece.data(), piece.size(), MSG_NOSIGNAL);
}

bool is_readable(int fd) {
    pollfd waiting{fd, POLLIN, 0};
    return ::poll(&waiting, 1, 0) > 0;
}

}  // namespace

CuttingProxy::CuttingProxy(std::string text, Where where) : text_(std::move(text)), where_(where) {
    listener_ = unix_socket(directory_.path() / ".s.PGSQL.5432", true);
    worker_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

CuttingProxy::~CuttingProxy() = default;

DatabaseUrl CuttingProxy::url(const std::string& database) const {
    return DatabaseUrl::parse(
        fmt::format("postgresql://owner@/{}?host={}", database, directory_.path().native()), "/");
}

void CuttingProxy::serve(const std::stop_token& stop) {
    std::vector<Wire> wires;
    while (!stop.stop_requested()) {
        std::vector<pollfd> waiting = {{listener_.get(), POLLIN, 0}};
        for (const auto& wire : wires) {
            waiting.push_back({wire.client.get(), POLLIN, 0});
            waiting.push_back({wire.server.get(), POLLIN, 0});
        }
        if (::poll(waiting.data(), waiting.size(), 10) <= 0) continue;
        if (waiting[0].revents != 0)
            wires.push_back(
                {FileDescriptor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)),
                 unix_socket(postgres_directory() + "/socket/.s.PGSQL.5432", false)});
        std::erase_if(wires, [&](Wire& wire) { return !pass_on(wire); });
        if (!cut_) continue;
        listener_ = FileDescriptor();
        return;  // with it go all wires
    }
}

/// False when the wire has come to its end.
bool CuttingProxy::pass_on(Wire& wire) {
    if (is_readable(wire.client.get())) {
        const auto piece = receive(wire.client.get());
        wire.tail += piece;
        wire.is_due = wire.is_due || wire.tail.find(text_) != std::string::npos;
        if (wire.tail.size() >= text_.size())
            wire.tail.erase(0, wire.tail.size() - text_.size() + 1);
        cut_ = cut_ || (wire.is_due && where_ == Where::before_server);
        if (piece.empty() || cut_) return false;
        send(wire.server.get(), piece);
    }
    if (is_readable(wire.server.get())) {
        const auto piece = receive(wire.server.get());
        // An answer to that very statement: of another wire's the server may know nothing yet.
        cut_ = cut_ || wire.is_due;
        if (piece.empty() || cut_) return false;
        send(wire.client.get(), piece);
    }
    return true;
}

}  // namespace keel::conformance
