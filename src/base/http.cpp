#include "base/http.hpp"

#include <curl/curl.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr long connect_seconds = 15;
/// Slower than this for that long is a connection that is gone.
constexpr long slowest_rate = 16;
constexpr long slowest_seconds = 30;

/// The functions of libcurl that are used. They are looked up at the first request: loading libcurl
/// brings some thirty libraries with it, which no command without a web server pays.
struct Curl {
    decltype(&::curl_global_init) global_init = nullptr;
    decltype(&::curl_easy_init) init = nullptr;
    decltype(&::curl_easy_cleanup) cleanup = nullptr;
    decltype(&::curl_easy_reset) reset = nullptr;
    decltype(&::curl_easy_setopt) setopt = nullptr;
    decltype(&::curl_easy_perform) perform = nullptr;
    decltype(&::curl_easy_getinfo) getinfo = nullptr;
    decltype(&::curl_easy_strerror) strerror = nullptr;
    decltype(&::curl_slist_append) list_append = nullptr;
    decltype(&::curl_slist_free_all) list_free = nullptr;
};

template <typename Function>
void find(void* library, const char* symbol, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, symbol));
    if (function == nullptr)
        throw Error(ErrorKind::unsupported, fmt::format("libcurl has no {}", symbol));
}

void* open_library() {
    for (const char* name : {"libcurl.so.4", "libcurl-gnutls.so.4"})
        if (void* library = ::dlopen(name, RTLD_LAZY)) return library;  // never closed
    throw Error(ErrorKind::unsupported, "cannot load libcurl, which web servers are asked with")
        .with_hint("install it: apt install libcurl4");
}

Curl load() {
    void* library = open_library();
    Curl curl;
    find(library, "curl_global_init", curl.global_init);
    find(library, "curl_easy_init", curl.init);
    find(library, "curl_easy_cleanup", curl.cleanup);
    find(library, "curl_easy_reset", curl.reset);
    find(library, "curl_easy_setopt", curl.setopt);
    find(library, "curl_easy_perform", curl.perform);
    find(library, "curl_easy_getinfo", curl.getinfo);
    find(library, "curl_easy_strerror", curl.strerror);
    find(library, "curl_slist_append", curl.list_append);
    find(library, "curl_slist_free_all", curl.list_free);
    if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        throw Error(ErrorKind::internal, "libcurl does not start");
    return curl;
}

const Curl& curl() {
    static const Curl functions = load();
    return functions;
}

/// What the callbacks, which must not throw, have to fill.
struct Answer {
    HttpResponse& response;
    std::uint64_t largest = 0;
    const std::stop_token& stop;
    bool is_too_long = false;
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* target) noexcept {
    auto& answer = *static_cast<Answer*>(target);
    const std::size_t bytes = size * count;
    try {
        answer.is_too_long = answer.response.body.size() + bytes > answer.largest;
        if (answer.is_too_long) return 0;
        answer.response.body.append(data, bytes);
    } catch (const std::exception&) {
        return 0;  // no memory: the transfer fails
    }
    return bytes;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* target) noexcept {
    auto& headers = static_cast<Answer*>(target)->response.headers;
    const std::string_view line(data, size * count);
    try {
        // Those of an interim answer ("100 Continue") are not the answer's.
        if (line.starts_with("HTTP/")) headers.clear();
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos)
            headers.insert_or_assign(to_lower(line.substr(0, colon)),
                                     std::string(trim(line.substr(colon + 1))));
    } catch (const std::exception&) {
        return 0;
    }
    return line.size();
}

int look_at_stop(void* target, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
    return static_cast<Answer*>(target)->stop.stop_requested() ? 1 : 0;
}

struct ListEnd {
    void operator()(curl_slist* list) const noexcept { curl().list_free(list); }
};
using List = std::unique_ptr<curl_slist, ListEnd>;

List list_of(const std::vector<std::string>& lines) {
    List list;
    for (const std::string& line : lines) {
        curl_slist* longer = curl().list_append(list.get(), line.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        if (list == nullptr) list.reset(longer);  // it stays the head of what is appended
    }
    return list;
}

bool is_timeout(CURLcode code) noexcept {
    return code == CURLE_OPERATION_TIMEDOUT;
}

[[noreturn]] void fail(CURLcode code, const Answer& answer, std::string_view detail) {
    if (answer.is_too_long)
        throw Error(ErrorKind::integrity, "the answer is longer than any such answer");
    if (code == CURLE_ABORTED_BY_CALLBACK)
        throw Error(ErrorKind::cancelled, "interrupted while waiting for a web server");
    const std::string_view reason = detail.empty() ? curl().strerror(code) : detail;
    throw Error(is_timeout(code) ? ErrorKind::timeout : ErrorKind::unreachable,
                escape_controls(reason));
}

}  // namespace

std::string_view to_string(HttpMethod method) noexcept {
    switch (method) {
        case HttpMethod::get:
            return "GET";
        case HttpMethod::head:
            return "HEAD";
        case HttpMethod::put:
            return "PUT";
        case HttpMethod::post:
            return "POST";
        case HttpMethod::remove:
            return "DELETE";
    }
    return "GET";
}

std::string_view HttpResponse::header(std::string_view name) const noexcept {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

struct HttpClient::Handle {
    CURL* easy = nullptr;
    std::array<char, CURL_ERROR_SIZE> detail{};

    Handle() : easy(curl().init()) {
        if (easy == nullptr) throw Error(ErrorKind::internal, "libcurl does not start");
    }
    ~Handle() { curl().cleanup(easy); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    template <typename Value>
    void set(CURLoption option, Value value) {
        const CURLcode code = curl().setopt(easy, option, value);
        if (code != CURLE_OK)
            throw Error(ErrorKind::internal,
                        fmt::format("libcurl takes no option {}: {}", static_cast<int>(option),
                                    curl().strerror(code)));
    }

    void prepare(const HttpRequest& request, const List& headers, Answer& answer);
    void set_method(const HttpRequest& request);
};

void HttpClient::Handle::set_method(const HttpRequest& request) {
    switch (request.method) {
        case HttpMethod::get:
            return set(CURLOPT_HTTPGET, 1L);
        case HttpMethod::head:
            return set(CURLOPT_NOBODY, 1L);
        case HttpMethod::put:
        case HttpMethod::post:
            set(CURLOPT_POST, 1L);
            set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
            set(CURLOPT_POSTFIELDS,
                request.body.empty() ? "" : reinterpret_cast<const char*>(request.body.data()));
            break;
        case HttpMethod::remove:
            break;
    }
    set(CURLOPT_CUSTOMREQUEST, std::string(to_string(request.method)).c_str());
}

void HttpClient::Handle::prepare(const HttpRequest& request, const List& headers, Answer& answer) {
    curl().reset(easy);
    detail.fill('\0');
    set(CURLOPT_ERRORBUFFER, detail.data());
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    set(CURLOPT_PATH_AS_IS, 1L);  // what was signed is what is asked for
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TCP_NODELAY, 1L);
    set(CURLOPT_CONNECTTIMEOUT, connect_seconds);
    set(CURLOPT_LOW_SPEED_LIMIT, slowest_rate);
    set(CURLOPT_LOW_SPEED_TIME, slowest_seconds);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    if (!request.certificates.empty()) set(CURLOPT_CAINFO, request.certificates.c_str());
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_WRITEFUNCTION, &take_body);
    set(CURLOPT_WRITEDATA, &answer);
    set(CURLOPT_HEADERFUNCTION, &take_header);
    set(CURLOPT_HEADERDATA, &answer);
    set(CURLOPT_XFERINFOFUNCTION, &look_at_stop);
    set(CURLOPT_XFERINFODATA, &answer);
    set(CURLOPT_NOPROGRESS, 0L);
    set_method(request);
}

HttpClient::HttpClient() = default;
HttpClient::~HttpClient() = default;

std::unique_ptr<HttpClient::Handle> HttpClient::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto handle = std::move(idle_.back());
            idle_.pop_back();
            return handle;
        }
    }
    return std::make_unique<Handle>();
}

void HttpClient::give_back(std::unique_ptr<Handle> handle) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(handle));
}

HttpResponse HttpClient::send(const HttpRequest& request) {
    auto handle = take();
    HttpResponse response;
    Answer answer{.response = response, .largest = request.largest_answer, .stop = request.stop};
    std::vector<std::string> lines = request.headers;
    lines.emplace_back("Expect:");  // neither waiting for leave to send, nor a made-up type
    lines.emplace_back("Content-Type:");
    const List headers = list_of(lines);
    handle->prepare(request, headers, answer);
    const CURLcode code = curl().perform(handle->easy);
    if (code != CURLE_OK) fail(code, answer, handle->detail.data());
    long status = 0;
    curl().getinfo(handle->easy, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    give_back(std::move(handle));
    return response;
}

}  // namespace keel
