#include "support/wire_cutter.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace keel::test {
namespace {

FileDescriptor unix_socket(const std::string& path, bool listens) {
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    const int done = listens ? ::bind(socket.get(), generic, sizeof address)
                             : ::connect(socket.get(), generic, sizeof address);
    if (done != 0 || (listens && ::listen(socket.get(), 64) != 0))
        throw std::runtime_error("no socket at " + path);
    return socket;
}

bool send_all(int to, std::string_view piece) {
    while (!piece.empty()) {
        const auto sent = ::send(to, piece.data(), piece.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        piece.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

/// The length of the message that `pending` begins with, as soon as that can be read.
std::optional<std::size_t> message_size(std::string_view pending, bool has_type) {
    const std::size_t at = has_type ? 1 : 0;
    if (pending.size() < at + 4) return std::nullopt;
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i)
        size = size << 8 | static_cast<unsigned char>(pending[at + i]);
    return size + at;
}

}  // namespace

WireCutter::WireCutter(const std::filesystem::path& server, int at, How how)
    : WireCutter(server, Cut{.at = at, .how = how}) {}

WireCutter::WireCutter(const std::filesystem::path& server, Cut cut)
    : server_(server), cut_(std::move(cut)) {
    listener_ = unix_socket(directory_.path() / ".s.PGSQL.5432", true);
    worker_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

WireCutter::~WireCutter() = default;

void WireCutter::serve(const std::stop_token& stop) {
    std::vector<Wire> wires;
    while (!stop.stop_requested()) {
        std::vector<pollfd> waiting = {{listener_.get(), POLLIN, 0}};
        for (const auto& wire : wires) {
            waiting.push_back({wire.client.get(), POLLIN, 0});
            waiting.push_back({wire.server.get(), POLLIN, 0});
        }
        if (::poll(waiting.data(), waiting.size(), 10) <= 0) continue;
        std::size_t at = 1;
        std::erase_if(wires, [&](Wire& wire) {
            const bool from_client = waiting[at++].revents != 0;
            const bool from_server = waiting[at++].revents != 0;
            if (from_client && !pass_on(wire, Direction::to_server)) return true;
            return from_server && !pass_on(wire, Direction::to_client);
        });
        if (has_cut_ && cut_.ends_all) {
            listener_ = FileDescriptor();
            return;  // with it go all wires
        }
        if (waiting[0].revents == 0) continue;
        Wire& wire = wires.emplace_back();
        wire.client = FileDescriptor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        wire.server = unix_socket(server_, false);
    }
}

/// False when the wire has come to its end.
bool WireCutter::pass_on(Wire& wire, Direction direction) {
    const bool is_to_server = direction == Direction::to_server;
    const int from = is_to_server ? wire.client.get() : wire.server.get();
    Flow& flow = is_to_server ? wire.to_server : wire.to_client;
    std::string buffer(65536, '\0');
    const auto got = ::recv(from, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    flow.pending.append(buffer, 0, static_cast<std::size_t>(got));
    while (true) {
        const auto size = message_size(flow.pending, !flow.begins_without_type);
        if (!size || flow.pending.size() < *size) return true;
        if (!pass_message(wire, direction, std::string_view(flow.pending).substr(0, *size)))
            return false;
        flow.pending.erase(0, *size);
        flow.begins_without_type = false;
    }
}

bool WireCutter::pass_message(Wire& wire, Direction direction, std::string_view message) {
    const int to = direction == Direction::to_server ? wire.server.get() : wire.client.get();
    ++messages_;
    if (wire.awaits_answer && direction == Direction::to_client) {
        has_cut_ = true;
        return false;
    }
    if (!is_due(direction, message)) return send_all(to, message);
    wire.awaits_answer = cut_.how == How::answer;
    has_cut_ = !wire.awaits_answer;
    if (cut_.how == How::inside) send_all(to, message.substr(0, message.size() / 2));
    if (cut_.how == How::after || wire.awaits_answer) send_all(to, message);
    return wire.awaits_answer;
}

bool WireCutter::is_due(Direction direction, std::string_view message) const {
    if (has_cut_) return false;
    if (messages_ == cut_.at) return true;
    return direction == Direction::to_server && !cut_.text.empty() &&
           message.find(cut_.text) != std::string_view::npos;
}

}  // namespace keel::test
