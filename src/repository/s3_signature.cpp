#include "repository/s3_signature.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

bool is_plain(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

std::string encode(std::string_view text, bool keeps_slashes) {
    std::string encoded;
    for (const char c : text) {
        if (is_plain(c) || (keeps_slashes && c == '/')) {
            encoded += c;
        } else {
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return encoded;
}

struct CanonicalHeaders {
    std::string lines;
    std::string names;
};

CanonicalHeaders canonical(const SignedRequest& request) {
    NamesAndValues headers = request.headers;
    headers.emplace_back("host", request.host);
    std::ranges::sort(headers);
    CanonicalHeaders result;
    for (const auto& [name, value] : headers) {
        result.lines += fmt::format("{}:{}\n", name, trim(value));
        result.names += fmt::format("{}{}", result.names.empty() ? "" : ";", name);
    }
    return result;
}

Sha256 signing_key(const Signer& signer, std::string_view day) {
    const std::string start = fmt::format("AWS4{}", signer.secret_key);
    Sha256 key = hmac_sha256(as_bytes(start), day);
    for (const std::string_view part :
         {signer.region, std::string_view("s3"), std::string_view("aws4_request")})
        key = hmac_sha256(key, part);
    return key;
}

}  // namespace

std::string amazon_time(TimePoint now) {
    const std::string digits = format_utc_compact(now);
    return fmt::format("{}T{}Z", digits.substr(0, 8), digits.substr(8));
}

std::string encode_name(std::string_view name) {
    return encode(name, false);
}

std::string encode_path(std::string_view path) {
    return encode(path, true);
}

std::string query_of(const NamesAndValues& parameters) {
    NamesAndValues encoded;
    for (const auto& [name, value] : parameters)
        encoded.emplace_back(encode_name(name), encode_name(value));
    std::ranges::sort(encoded);
    std::string query;
    for (const auto& [name, value] : encoded)
        query += fmt::format("{}{}={}", query.empty() ? "" : "&", name, value);
    return query;
}

std::string authorization(const SignedRequest& request, const Signer& signer) {
    const CanonicalHeaders headers = canonical(request);
    const std::string text = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, request.path,
                                         query_of(request.parameters), headers.lines, headers.names,
                                         request.payload_digest);
    const std::string time = amazon_time(signer.now);
    const std::string day = time.substr(0, 8);
    const std::string scope = fmt::format("{}/{}/s3/aws4_request", day, signer.region);
    const std::string to_sign =
        fmt::format("{}\n{}\n{}\n{}", algorithm, time, scope, sha256_hex(as_bytes(text)));
    const std::string signature = hex(hmac_sha256(signing_key(signer, day), to_sign));
    return fmt::format("{} Credential={}/{},SignedHeaders={},Signature={}", algorithm,
                       signer.access_key, scope, headers.names, signature);
}

}  // namespace keel
