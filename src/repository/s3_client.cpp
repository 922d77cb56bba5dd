#include "repository/s3_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>

#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "repository/s3_answer.hpp"

namespace keel {
namespace {

constexpr std::string_view default_region = "us-east-1";
constexpr std::chrono::seconds longest_wanted_pause{30};
constexpr int first_attempts = 3;

std::uint32_t random_seed() {
    std::uint32_t seed = 0;
    fill_random(std::as_writable_bytes(std::span(&seed, 1)));
    return seed;
}

struct Endpoint {
    std::string scheme;
    std::string authority;
};

Endpoint parse_endpoint(std::string_view text) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (!text.starts_with(scheme)) continue;
        std::string_view authority = text.substr(scheme.size());
        while (authority.ends_with('/')) authority.remove_suffix(1);
        const bool is_host = !authority.empty() &&
                             authority.find_first_of("/?#@ ") == std::string_view::npos &&
                             escape_controls(authority) == authority;
        if (is_host) return {std::string(scheme), std::string(authority)};
    }
    throw Error(ErrorKind::config,
                fmt::format("'{}' is no endpoint of an object storage", escape_controls(text)))
        .with_hint("write https://HOST[:PORT]");
}

/// May pass when it is asked again.
bool is_passing(const HttpResponse& response) {
    const int status = response.status;
    if (status == 501) return false;
    if (status >= 500 || status == 429 || status == 408) return true;
    const std::string code = xml_text(response.body, "Code");
    return (status == 400 && (code == "RequestTimeout" || code == "IncompleteBody")) ||
           (status == 409 && (code == "ConditionalRequestConflict" || code == "OperationAborted"));
}

bool is_answer(const S3Request& request, const HttpResponse& response) {
    const int status = response.status;
    if (status / 100 == 2 || status == 412 || status == 416 || status == 501) return true;
    return status == 404 && !request.key.empty() &&
           xml_text(response.body, "Code") != "NoSuchBucket";
}

/// A fault of the way there and back, which another attempt may not meet.
bool is_passing(const Error& error) {
    return error.kind() == ErrorKind::unreachable || error.kind() == ErrorKind::timeout;
}

}  // namespace

S3Client::S3Client(std::string bucket, ObjectStorageAccess access, const S3Options& options)
    : bucket_(std::move(bucket)),
      access_(std::move(access)),
      options_(options),
      scheme_("https://"),
      random_(random_seed()) {
    if (access_.region.empty()) access_.region = default_region;
    if (!access_.endpoint.empty()) {
        Endpoint endpoint = parse_endpoint(access_.endpoint);
        scheme_ = std::move(endpoint.scheme);
        authority_ = std::move(endpoint.authority);
    }
    endpoint_ = authority_.empty() ? "Amazon S3" : scheme_ + authority_;
    if (access_.access_key.empty() || access_.secret_key.empty())
        throw Error(ErrorKind::config,
                    fmt::format("there are no keys for the object storage at {}", endpoint_))
            .with_hint(
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or [backup.s3] access_key "
                "and secret_key, or a profile in ~/.aws/credentials");
}

std::string S3Client::region() const {
    const std::lock_guard lock(mutex_);
    return access_.region;
}

bool S3Client::uses_host() const {
    switch (access_.addressing) {
        case BucketAddressing::automatic:
            // A dot in the bucket's name would not fit Amazon's certificate.
            return authority_.empty() && bucket_.find_first_of("._") == std::string::npos &&
                   to_lower(bucket_) == bucket_;
        case BucketAddressing::path:
            return false;
        case BucketAddressing::host:
            return true;
    }
    return false;
}

std::string S3Client::host() const {
    const std::string server =
        authority_.empty() ? fmt::format("s3.{}.amazonaws.com", region()) : authority_;
    return uses_host() ? fmt::format("{}.{}", bucket_, server) : server;
}

HttpRequest S3Client::sign(const S3Request& request) {
    const TimePoint now = options_.clock.now() + std::chrono::milliseconds(clock_offset_ms_.load());
    const std::string host = this->host();
    const std::string path =
        uses_host() ? "/" + encode_path(request.key)
                    : fmt::format("/{}{}{}", encode_name(bucket_), request.key.empty() ? "" : "/",
                                  encode_path(request.key));
    const std::string digest = sha256_hex(request.body);
    NamesAndValues headers = request.headers;
    headers.emplace_back("x-amz-content-sha256", digest);
    headers.emplace_back("x-amz-date", amazon_time(now));
    if (!access_.session_token.empty())
        headers.emplace_back("x-amz-security-token", access_.session_token.reveal());
    const std::string region = this->region();
    const std::string signature = authorization({.method = to_string(request.method),
                                                 .host = host,
                                                 .path = path,
                                                 .parameters = request.parameters,
                                                 .headers = headers,
                                                 .payload_digest = digest},
                                                {.access_key = access_.access_key.reveal(),
                                                 .secret_key = access_.secret_key.reveal(),
                                                 .region = region,
                                                 .now = now});
    const std::string query = query_of(request.parameters);
    HttpRequest signed_request{
        .method = request.method,
        .url = fmt::format("{}{}{}{}{}", scheme_, host, path, query.empty() ? "" : "?", query),
        .headers = {"authorization: " + signature},
        .body = request.body,
        .largest_answer = request.largest_answer,
        .timeout = request.timeout,
        .certificates = access_.certificates,
        .stop = request.may_be_stopped ? options_.stop : std::stop_token{}};
    for (const auto& [name, value] : headers)
        signed_request.headers.push_back(fmt::format("{}: {}", name, value));
    return signed_request;
}

void S3Client::note_time(const HttpResponse& response) noexcept {
    const auto time = parse_http_date(response.header("date"));
    if (time) server_time_ms_ = time->time_since_epoch().count();
}

std::optional<TimePoint> S3Client::server_time() const noexcept {
    const std::int64_t known = server_time_ms_;
    if (known == 0) return std::nullopt;
    return TimePoint(std::chrono::milliseconds(known));
}

/// True when the server has said what time it is, and that was not taken into account. The answer
/// to a HEAD has no words: there the times themselves must tell.
bool S3Client::correct_clock(const HttpResponse& response) {
    constexpr std::chrono::minutes tolerated{10};  // servers take a quarter of an hour
    const auto time = parse_http_date(response.header("date"));
    if (response.status != 403 || !time) return false;
    const std::chrono::milliseconds used(clock_offset_ms_.load());
    const auto offset =
        std::chrono::duration_cast<std::chrono::milliseconds>(*time - options_.clock.now());
    const std::string code = xml_text(response.body, "Code");
    const bool is_skewed = code == "RequestTimeTooSkewed" || code.empty();
    if (!is_skewed || std::chrono::abs(used - offset) < tolerated) return false;
    clock_offset_ms_ = offset.count();
    options_.logger.log(
        Level::warning,
        fmt::format("this machine's clock is {} {} that of the object storage: requests are dated "
                    "by the latter",
                    format_duration(std::chrono::abs(offset)),
                    offset.count() > 0 ? "behind" : "ahead of"));
    return true;
}

bool S3Client::correct_region(const HttpResponse& response) {
    std::string wanted(response.header("x-amz-bucket-region"));
    if (wanted.empty()) wanted = xml_text(response.body, "Region");
    const bool is_elsewhere = response.status == 301 || response.status == 307 ||
                              response.status == 400 || response.status == 403;
    if (!is_elsewhere || wanted.empty()) return false;
    const std::lock_guard lock(mutex_);
    if (wanted == access_.region) return false;
    access_.region = std::move(wanted);
    return true;
}

void S3Client::pause(int attempt, const HttpResponse& response, const S3Request& request) {
    auto longest = options_.first_pause * (1 << std::min(attempt, 10));
    longest = std::min(longest, options_.longest_pause);
    std::chrono::milliseconds pause{0};
    {
        // Somewhere in the second half: those who were turned away together come back one by one.
        const std::lock_guard lock(mutex_);
        std::uniform_int_distribution<std::int64_t> spread(longest.count() / 2, longest.count());
        pause = std::chrono::milliseconds(spread(random_));
    }
    if (const auto wanted = parse_unsigned(response.header("retry-after")))
        pause = std::max(pause, std::chrono::milliseconds(std::min<std::chrono::seconds>(
                                    std::chrono::seconds(*wanted), longest_wanted_pause)));
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    const std::stop_token stop = request.may_be_stopped ? options_.stop : std::stop_token{};
    never.wait_for(lock, stop, pause, [] { return false; });
    if (stop.stop_requested())
        throw Error(ErrorKind::cancelled, "interrupted while waiting for the object storage");
}

HttpResponse S3Client::send_once(const S3Request& request) {
    HttpResponse response = http_.send(sign(request));
    note_time(response);
    return response;
}

S3Answer S3Client::send(const S3Request& request) {
    S3Answer answer;
    for (int attempt = 0;; ++attempt) {
        answer.response = {};
        // From where nothing has ever come, it is more likely the address that is wrong.
        const int attempts = server_time_ms_ == 0 ? first_attempts : options_.attempts;
        const bool is_last = attempt + 1 >= attempts;
        try {
            answer.response = send_once(request);
            if (is_answer(request, answer.response)) return answer;
            const bool is_corrected =
                correct_clock(answer.response) || correct_region(answer.response);
            if (is_corrected && !is_last) continue;
            if (is_last || !is_passing(answer.response))
                refuse(request, with_words(request, std::move(answer.response)));
        } catch (Error& error) {
            if (is_last || !is_passing(error)) {
                if (is_passing(error))
                    error.set_message(fmt::format("cannot reach the object storage at {}: {}",
                                                  endpoint_, error.message()));
                if (error.hint().empty() && is_passing(error))
                    error.set_hint("check the endpoint and the network, then run it again");
                throw;
            }
        }
        pause(attempt, answer.response, request);
    }
}

/// The answer to a HEAD says no reason; a GET of as little as possible does.
HttpResponse S3Client::with_words(const S3Request& request, HttpResponse response) {
    if (request.method != HttpMethod::head) return response;
    S3Request asked = request;
    asked.method = HttpMethod::get;
    asked.headers.emplace_back("range", "bytes=0-0");
    HttpResponse worded = send_once(asked);
    return worded.status == response.status ? worded : response;
}

void S3Client::refuse(const S3Request& request, const HttpResponse& response) const {
    const std::string code = xml_text(response.body, "Code");
    const std::string said = xml_text(response.body, "Message");
    const std::string what =
        fmt::format("{} of '{}' in bucket '{}'", to_string(request.method), request.key, bucket_);
    std::string detail = std::to_string(response.status);
    if (!code.empty()) detail += fmt::format(" {}", escape_controls(code));
    if (!said.empty()) detail += fmt::format(": {}", escape_controls(said));
    if (code == "NoSuchBucket" || (response.status == 404 && request.key.empty()))
        throw Error(ErrorKind::config,
                    fmt::format("there is no bucket '{}' at {}", bucket_, endpoint_))
            .with_hint("make it first, or correct [backup] repository");
    if (code == "RequestTimeTooSkewed")
        throw Error(ErrorKind::config,
                    fmt::format("the object storage at {} refuses the time of this machine's clock",
                                endpoint_))
            .with_hint("set the clock, for example with: timedatectl set-ntp true");
    if (response.status == 401 || response.status == 403)
        throw Error(ErrorKind::config,
                    fmt::format("the object storage at {} refuses {}: {}", endpoint_, what, detail))
            .with_hint(
                "check the keys and the region; they need the rights to list, get, put and "
                "delete objects in the bucket");
    if (response.status == 301 || response.status == 307 || code == "AuthorizationHeaderMalformed")
        throw Error(ErrorKind::config,
                    fmt::format("bucket '{}' is not in region '{}': {}", bucket_, region(), detail))
            .with_hint("set [backup.s3] region, or AWS_REGION");
    throw Error(ErrorKind::io,
                fmt::format("the object storage at {} fails at {}: {}", endpoint_, what, detail))
        .with_hint(is_passing(response) ? "it said so again and again: try later" : "");
}

}  // namespace keel
