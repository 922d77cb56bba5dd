#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/file.hpp"
#include "support/temporary_directory.hpp"

namespace keel::test {

/// Stands between clients and a PostgreSQL server (both on Unix sockets), reads the messages of the
/// protocol in both directions and numbers them, over all connections, as they pass. At one of them
/// it breaks the connection, once.
class WireCutter {
  public:
    enum class How {
        before,  ///< the message is not passed on
        inside,  ///< half of it is
        after,   ///< it is, and nothing after it
        answer,  ///< it is, and the next one from the server is not
    };

    /// Where to cut: at a number, or at a text.
    struct Cut {
        int at = 0;        ///< messages count from 1; 0 is none of them
        std::string text;  ///< of what a client sends; empty is in none of them
        How how = How::before;
        /// To who is on it, this is the end of the server; to the server, it is the end of the
        /// clients. Otherwise all other connections, and later ones, pass.
        bool ends_all = false;
    };

    /// `server` is the path of its socket.
    WireCutter(const std::filesystem::path& server, Cut cut);
    WireCutter(const std::filesystem::path& server, int at, How how);
    ~WireCutter();
    WireCutter(const WireCutter&) = delete;
    WireCutter& operator=(const WireCutter&) = delete;

    /// What clients give as host.
    const std::filesystem::path& host() const noexcept { return directory_.path(); }
    int messages() const noexcept { return messages_; }
    bool has_cut() const noexcept { return has_cut_; }

  private:
    struct Flow {
        std::string pending;  ///< a message that is not whole yet
        bool begins_without_type = false;
    };
    struct Wire {
        FileDescriptor client;
        FileDescriptor server;
        Flow to_server{.begins_without_type = true};
        Flow to_client;
        bool awaits_answer = false;  ///< to what it was to cut at
    };

    void serve(const std::stop_token& stop);
    enum class Direction { to_server, to_client };
    bool pass_on(Wire& wire, Direction direction);
    bool pass_message(Wire& wire, Direction direction, std::string_view message);
    bool is_due(Direction direction, std::string_view message) const;

    TemporaryDirectory directory_;
    std::filesystem::path server_;
    Cut cut_;
    FileDescriptor listener_;
    std::atomic<int> messages_ = 0;
    std::atomic<bool> has_cut_ = false;
    std::jthread worker_;
};

}  // namespace keel::test
