#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/context.hpp"
#include "base/http.hpp"
#include "model/object_storage.hpp"
#include "repository/s3_signature.hpp"

namespace keel {

struct S3Options {
    const Clock& clock;
    Logger& logger;
    std::stop_token stop = {};
    int attempts = 7;                            ///< for each request
    std::chrono::milliseconds first_pause{150};  ///< before the second; then twice as long each
    std::chrono::milliseconds longest_pause{8'000};
};

struct S3Request {
    HttpMethod method = HttpMethod::get;
    std::string key = {};  ///< in the bucket; empty: the bucket itself
    NamesAndValues parameters = {};
    NamesAndValues headers = {};  ///< names in lower case
    std::span<const std::byte> body = {};
    std::uint64_t largest_answer = 16u << 20;
    std::chrono::milliseconds timeout{120'000};
    bool may_be_stopped = true;  ///< false for what cleans up after a stop
};

struct S3Answer {
    HttpResponse response;

    int status() const noexcept { return response.status; }
};

/// Sends signed requests to one bucket, and sends them again, with growing pauses, after what
/// passes: 503, other 5xx, timeouts, cut connections and answers. A clock that is wrong and a
/// region that is another one are corrected by what the server says. Thread-safe.
class S3Client {
  public:
    /// Throws ErrorKind::config for an unusable endpoint, or without keys.
    S3Client(std::string bucket, ObjectStorageAccess access, const S3Options& options);

    /// An answer of status 2xx, 404 (of an object), 412, 416 or 501. Throws for every other:
    /// ErrorKind::config for a bucket that is not there and keys that are refused, unreachable,
    /// timeout, io, cancelled.
    S3Answer send(const S3Request& request);

    /// The server's clock at its newest answer; nothing before any.
    std::optional<TimePoint> server_time() const noexcept;
    const std::string& endpoint() const noexcept { return endpoint_; }
    const std::string& bucket() const noexcept { return bucket_; }

  private:
    HttpRequest sign(const S3Request& request);
    HttpResponse send_once(const S3Request& request);
    void note_time(const HttpResponse& response) noexcept;
    bool correct_clock(const HttpResponse& response);
    bool correct_region(const HttpResponse& response);
    void pause(int attempt, const HttpResponse& response, const S3Request& request);
    std::string region() const;
    std::string host() const;
    bool uses_host() const;
    HttpResponse with_words(const S3Request& request, HttpResponse response);
    [[noreturn]] void refuse(const S3Request& request, const HttpResponse& response) const;

    std::string bucket_;
    ObjectStorageAccess access_;
    S3Options options_;
    std::string endpoint_;  ///< scheme and host, for people
    std::string scheme_;
    std::string authority_;  ///< host and port of a configured endpoint
    HttpClient http_;
    mutable std::mutex mutex_;  ///< of the region and the random numbers
    std::mt19937 random_;
    std::atomic<std::int64_t> clock_offset_ms_ = 0;
    std::atomic<std::int64_t> server_time_ms_ = 0;
};

}  // namespace keel
