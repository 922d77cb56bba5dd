#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace keel {

enum class HttpMethod { get, head, put, post, remove };
std::string_view to_string(HttpMethod method) noexcept;

struct HttpRequest {
    HttpMethod method = HttpMethod::get;
    std::string url;                   ///< http or https, nothing else; redirections are answers
    std::vector<std::string> headers;  ///< "name: value"
    std::span<const std::byte> body;   ///< of put and post
    std::uint64_t largest_answer = 64u << 20;
    std::chrono::milliseconds timeout{60'000};
    std::string certificates;  ///< a file of certificate authorities; empty: the system's
    std::stop_token stop;
};

struct HttpResponse {
    int status = 0;
    std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case
    std::string body;

    /// Empty when there is no such header.
    std::string_view header(std::string_view name) const noexcept;
};

/// Asks web servers, with libcurl, which is loaded at the first request. Connections are kept and
/// used again. Thread-safe.
class HttpClient {
  public:
    HttpClient();
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// The whole answer, whatever its status. Throws ErrorKind::unreachable for no answer or one
    /// that was cut off, timeout, integrity for one that is too long, cancelled, unsupported
    /// without libcurl. No message holds the address, a header or a body.
    HttpResponse send(const HttpRequest& request);

  private:
    struct Handle;
    std::unique_ptr<Handle> take();
    void give_back(std::unique_ptr<Handle> handle);

    std::mutex mutex_;
    std::vector<std::unique_ptr<Handle>> idle_;
};

}  // namespace keel
