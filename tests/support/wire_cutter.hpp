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
/// it breaks that connection, once; all others, and later ones, pass.
class WireCutter {
  public:
    enum class How {
        before,  ///< the message is not passed on
        inside,  ///< half of it is
        after,   ///< it is, and nothing after it
    };

    /// `server` is the path of its socket; message `at` counts from 1, 0 never cuts.
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
    };

    void serve(const std::stop_token& stop);
    bool pass_on(int from, int to, Flow& flow);
    bool pass_message(int to, std::string_view message);

    TemporaryDirectory directory_;
    std::filesystem::path server_;
    int at_;
    How how_;
    FileDescriptor listener_;
    std::atomic<int> messages_ = 0;
    std::atomic<bool> has_cut_ = false;
    std::jthread worker_;
};

}  // namespace keel::test
