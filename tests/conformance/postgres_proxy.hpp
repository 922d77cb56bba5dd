#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "base/file.hpp"
#include "model/database_url.hpp"
#include "support/temporary_directory.hpp"

namespace keel::conformance {

/// Stands between clients and the server; when a client has sent a given text, cuts all wires for
/// good: before the server gets it, or when its answer is on the way. To who is on it, this is the
/// end of the server; to the server, it is the end of the client.
class CuttingProxy {
  public:
    enum class Where { before_server, before_client };

    CuttingProxy(std::string text, Where where);
    ~CuttingProxy();
    CuttingProxy(const CuttingProxy&) = delete;
    CuttingProxy& operator=(const CuttingProxy&) = delete;

    DatabaseUrl url(const std::string& database) const;
    bool has_cut() const noexcept { return cut_; }

  private:
    struct Wire {
        FileDescriptor client;
        FileDescriptor server;
        std::string tail = {};  ///< of what the client sent: the text may come in two pieces
        bool is_due = false;
    };

    void serve(const std::stop_token& stop);
    bool pass_on(Wire& wire);

    TemporaryDirectory directory_;
    std::string text_;
    Where where_;
    FileDescriptor listener_;
    std::atomic<bool> cut_ = false;
    std::jthread worker_;
};

}  // namespace keel::conformance
