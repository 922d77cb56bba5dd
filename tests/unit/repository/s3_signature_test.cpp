#include "repository/s3_signature.hpp"

#include <doctest/doctest.h>

using namespace keel;

namespace {

// The examples that Amazon publishes for "Authenticating Requests: Using the Authorization Header".
constexpr std::string_view empty_digest =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const Signer signer{.access_key = "AKIAIOSFODNN7EXAMPLE",
                    .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                    .region = "us-east-1",
                    .now = parse_utc("2013-05-24T00:00:00Z")};

std::string signature_of(std::string_view method, std::string_view path,
                         const NamesAndValues& parameters, NamesAndValues headers,
                         std::string_view digest = empty_digest) {
    headers.emplace_back("x-amz-content-sha256", digest);
    headers.emplace_back("x-amz-date", amazon_time(signer.now));
    const std::string value = authorization({.method = method,
                                             .host = "examplebucket.s3.amazonaws.com",
                                             .path = path,
                                             .parameters = parameters,
                                             .headers = headers,
                                             .payload_digest = digest},
                                            signer);
    return value.substr(value.find("Signature=") + 10);
}

}  // namespace

TEST_CASE("requests are signed as in Amazon's examples") {
    CHECK(amazon_time(signer.now) == "20130524T000000Z");
    CHECK(signature_of("GET", "/test.txt", {}, {{"range", "bytes=0-9"}}) ==
          "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    CHECK(signature_of("PUT", encode_path("/test$file.text"), {},
                       {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                        {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                       "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072") ==
          "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    CHECK(signature_of("GET", "/", {{"lifecycle", ""}}, {}) ==
          "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    CHECK(signature_of("GET", "/", {{"prefix", "J"}, {"max-keys", "2"}}, {}) ==
          "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("everything but plain characters is encoded, byte by byte, and slashes only in names") {
    CHECK(encode_path("/a b/ä+~") == "/a%20b/%C3%A4%2B~");
    CHECK(encode_name("a/b") == "a%2Fb");
    CHECK(query_of({{"b", "2/3"}, {"a", ""}}) == "a=&b=2%2F3");
}
