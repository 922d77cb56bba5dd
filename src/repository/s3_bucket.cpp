#include "repository/s3_bucket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "repository/s3_answer.hpp"

namespace keel {
namespace {

/// Says whose writing an object is: so that what was written, and its answer lost, is known again.
constexpr std::string_view mark_header = "x-amz-meta-keel-mark";
/// What a request may take beyond the time that its bytes take on a slow line.
constexpr std::chrono::seconds patience{60};
constexpr std::uint64_t slow_bytes_a_second = 64 * 1024;

/// What a server says about an error is short.
constexpr std::uint64_t largest_error = 64u << 10;

std::chrono::milliseconds time_for(std::uint64_t bytes) {
    return patience + std::chrono::seconds(bytes / slow_bytes_a_second);
}

Error missing(std::string_view key) {
    return {ErrorKind::not_found, fmt::format("'{}' does not exist", key)};
}

Error too_large(std::string_view key) {
    return {ErrorKind::integrity, fmt::format("'{}' is larger than any such file", key)};
}

/// Some servers begin to answer 200 before they know that they will fail.
void require_result(const S3Answer& answer, std::string_view element, std::string_view key) {
    if (answer.status() == 200 &&
        answer.response.body.find(fmt::format("<{}", element)) != std::string::npos)
        return;
    const std::string code = xml_text(answer.response.body, "Code");
    throw Error(ErrorKind::io, fmt::format("the object storage did not take '{}': {} {}", key,
                                           answer.status(), escape_controls(code)))
        .with_hint("run it again");
}

}  // namespace

std::string new_mark() {
    std::array<std::byte, 16> bytes{};
    fill_random(bytes);
    return hex(bytes);
}

std::string S3Bucket::below_prefix(std::string_view full_key) const {
    if (!full_key.starts_with(prefix_))
        throw Error(ErrorKind::io, "the object storage listed what was not asked for");
    return std::string(full_key.substr(prefix_.size()));
}

S3Answer S3Bucket::put_marked(std::string_view key, std::span<const std::byte> bytes,
                              const std::string& mark, bool if_absent) {
    S3Request request{.method = HttpMethod::put,
                      .key = full(key),
                      .headers = {{std::string(mark_header), mark}},
                      .body = bytes,
                      .timeout = time_for(bytes.size())};
    if (if_absent) request.headers.emplace_back("if-none-match", "*");
    return client_.send(request);
}

std::string S3Bucket::put(std::string_view key, std::span<const std::byte> bytes) {
    std::string mark = new_mark();
    const S3Answer answer = put_marked(key, bytes, mark, false);
    if (answer.status() / 100 == 2) return mark;
    throw Error(ErrorKind::io,
                fmt::format("the object storage did not take '{}': {} {}", key, answer.status(),
                            xml_text(answer.response.body, "Code")));
}

S3Bucket::Put S3Bucket::put_if_absent(std::string_view key, std::span<const std::byte> bytes) {
    const std::string own = new_mark();
    const S3Answer answer = put_marked(key, bytes, own, true);
    if (answer.status() / 100 == 2) return Put::done;
    if (answer.status() == 501) return Put::unsupported;
    // What is there may be ours: of an attempt whose answer was lost.
    return mark(key) == own ? Put::done : Put::taken;
}

std::optional<std::uint64_t> S3Bucket::size(std::string_view key) {
    const S3Answer answer = client_.send({.method = HttpMethod::head, .key = full(key)});
    if (answer.status() == 404) return std::nullopt;
    const auto size = parse_unsigned(answer.response.header("content-length"));
    if (!size)
        throw Error(ErrorKind::io,
                    fmt::format("the object storage does not say how long '{}' is", key));
    return size;
}

std::optional<std::string> S3Bucket::mark(std::string_view key) {
    const S3Answer answer = client_.send({.method = HttpMethod::head, .key = full(key)});
    if (answer.status() == 404) return std::nullopt;
    return std::string(answer.response.header(mark_header));
}

std::string S3Bucket::get(std::string_view key, std::uint64_t limit) {
    S3Answer answer = client_.send(
        {.method = HttpMethod::get, .key = full(key), .largest_answer = limit + largest_error});
    if (answer.status() == 404) throw missing(key);
    if (answer.response.body.size() > limit) throw too_large(key);
    return std::move(answer.response.body);
}

std::string S3Bucket::get_range(std::string_view key, std::uint64_t offset, std::uint64_t length) {
    if (length == 0) return {};
    S3Answer answer = client_.send(
        {.method = HttpMethod::get,
         .key = full(key),
         .headers = {{"range", fmt::format("bytes={}-{}", offset, offset + length - 1)}},
         .largest_answer = length + largest_error,
         .timeout = time_for(length)});
    if (answer.status() == 404) throw missing(key);
    if (answer.status() == 416) return {};
    const bool is_whole = answer.status() == 200;  // it may give everything, when that is as asked
    if (answer.response.body.size() > length || (is_whole && offset != 0))
        throw Error(
            ErrorKind::io,
            fmt::format("the object storage gave another part of '{}' than was asked for", key));
    return std::move(answer.response.body);
}

void S3Bucket::remove(std::string_view key) {
    client_.send({.method = HttpMethod::remove, .key = full(key), .may_be_stopped = false});
}

struct S3Bucket::Page {
    S3Listing listing;
    std::string next;
};

S3Bucket::Page S3Bucket::list_page(std::string_view beginning, bool is_folder,
                                   const std::string& token) {
    S3Request request{.method = HttpMethod::get,
                      .parameters = {{"list-type", "2"}, {"prefix", full(beginning)}},
                      .may_be_stopped = false};
    if (is_folder) request.parameters.emplace_back("delimiter", "/");
    if (!token.empty()) request.parameters.emplace_back("continuation-token", token);
    const S3Answer answer = client_.send(request);
    const std::string& xml = answer.response.body;
    if (answer.status() != 200 || xml.find("<ListBucketResult") == std::string::npos)
        throw Error(ErrorKind::io,
                    fmt::format("the object storage does not list its objects: {} {}",
                                answer.status(), xml_text(xml, "Code")));
    Page page;
    page.listing.server_time = parse_http_date(answer.response.header("date"));
    for (const std::string_view entry : xml_elements(xml, "Contents"))
        page.listing.objects.push_back({below_prefix(xml_text(entry, "Key")),
                                        parse_listed_time(xml_text(entry, "LastModified"))});
    for (const std::string_view entry : xml_elements(xml, "CommonPrefixes")) {
        std::string name = below_prefix(xml_text(entry, "Prefix")).substr(beginning.size());
        if (name.ends_with('/')) name.pop_back();
        page.listing.folders.push_back(std::move(name));
    }
    if (xml_text(xml, "IsTruncated") == "true") page.next = xml_text(xml, "NextContinuationToken");
    return page;
}

S3Listing S3Bucket::list(std::string_view beginning, bool is_folder) {
    Page page = list_page(beginning, is_folder, "");
    S3Listing listing = std::move(page.listing);
    while (!page.next.empty()) {
        page = list_page(beginning, is_folder, page.next);
        std::ranges::move(page.listing.objects, std::back_inserter(listing.objects));
        std::ranges::move(page.listing.folders, std::back_inserter(listing.folders));
        listing.server_time = page.listing.server_time;
    }
    std::ranges::sort(listing.objects, {}, &S3Listed::key);
    return listing;
}

S3MarkedUpload S3Bucket::begin_upload(std::string_view key) {
    const std::string mark = new_mark();
    const S3Answer answer = client_.send({.method = HttpMethod::post,
                                          .key = full(key),
                                          .parameters = {{"uploads", ""}},
                                          .headers = {{std::string(mark_header), mark}}});
    require_result(answer, "InitiateMultipartUploadResult", key);
    return {xml_text(answer.response.body, "UploadId"), mark};
}

std::string S3Bucket::put_part(std::string_view key, const std::string& upload, std::size_t number,
                               std::span<const std::byte> bytes) {
    const S3Answer answer =
        client_.send({.method = HttpMethod::put,
                      .key = full(key),
                      .parameters = {{"partNumber", std::to_string(number)}, {"uploadId", upload}},
                      .body = bytes,
                      .timeout = time_for(bytes.size())});
    if (answer.status() == 200) return std::string(answer.response.header("etag"));
    throw Error(ErrorKind::io,
                fmt::format("the object storage did not take part {} of '{}': {} {}", number, key,
                            answer.status(), xml_text(answer.response.body, "Code")))
        .with_hint("run it again");
}

void S3Bucket::complete_upload(std::string_view key, const S3MarkedUpload& upload,
                               const std::vector<std::string>& tags) {
    std::string body = "<CompleteMultipartUpload>";
    for (std::size_t i = 0; i < tags.size(); ++i)
        body += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", i + 1,
                            replace_all(tags[i], "\"", "&quot;"));
    body += "</CompleteMultipartUpload>";
    const S3Answer answer = client_.send({.method = HttpMethod::post,
                                          .key = full(key),
                                          .parameters = {{"uploadId", upload.id}},
                                          .body = as_bytes(body)});
    // An upload that is no more may have been completed by an attempt whose answer was lost.
    if (answer.status() == 404 && mark(key) == upload.mark) return;
    require_result(answer, "CompleteMultipartUploadResult", key);
}

void S3Bucket::abort_upload(std::string_view key, const std::string& upload) {
    client_.send({.method = HttpMethod::remove,
                  .key = full(key),
                  .parameters = {{"uploadId", upload}},
                  .may_be_stopped = false});
}

void S3Bucket::abort_uploads(std::string_view beginning) {
    const S3Answer answer =
        client_.send({.method = HttpMethod::get,
                      .parameters = {{"prefix", full(beginning)}, {"uploads", ""}},
                      .may_be_stopped = false});
    for (const std::string_view entry : xml_elements(answer.response.body, "Upload"))
        abort_upload(below_prefix(xml_text(entry, "Key")), xml_text(entry, "UploadId"));
}

}  // namespace keel
