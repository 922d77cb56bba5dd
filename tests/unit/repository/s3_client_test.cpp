#include "repository/s3_client.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "repository/s3_bucket.hpp"
#include "storages.hpp"
#include "world.hpp"

using namespace keel;

namespace {

struct Scene {
    test::FaultyS3 server;
    S3Place place = place_at(server.address());
    S3Bucket bucket{place.address, place.access(), place.options()};

    ErrorKind failure(const auto& work) {
        try {
            work();
        } catch (const Error& error) {
            message = error.message();
            hint = error.hint();
            return error.kind();
        }
        return ErrorKind::internal;
    }
    std::string message;
    std::string hint;
};

class Warnings final : public Logger {
  public:
    void log(Level, std::string_view message) override { text += message; }
    std::string text;
};

}  // namespace

// A server answers each of them.
TEST_SUITE_BEGIN("long");

TEST_CASE("what passes is asked for again, and what does not is said once") {
    Scene scene;
    const std::string big(3u << 20, 'x');
    scene.bucket.put("a", as_bytes(big));
    for (const std::string_view kind : {"503", "500", "reset", "truncated", "lost"}) {
        CAPTURE(kind);
        scene.server.control(fmt::format(
            R"({{"faults": [{{"method": "GET", "key": "a", "times": 3, "kind": "{}"}}]}})", kind));
        CHECK(scene.bucket.get("a", 4u << 20) == big);
        CHECK(scene.server.requests("GET") == 4);
        scene.server.control(
            fmt::format(R"({{"faults": [{{"method": "PUT", "times": 2, "kind": "{}"}}]}})", kind));
        scene.bucket.put("b", as_bytes(kind));
        CHECK(scene.bucket.get("b", 100) == kind);
    }
    scene.server.control(R"({"faults": [{"times": 100, "kind": "503"}]})");
    CHECK(scene.failure([&] { scene.bucket.get("a", 4u << 20); }) == ErrorKind::io);
    CHECK(scene.message.find("503 SlowDown") != std::string::npos);
    CHECK(scene.server.requests("GET") == scene.place.attempts);
    scene.server.control(R"({"faults": [{"times": 1, "kind": "denied"}]})");
    CHECK(scene.failure([&] { scene.bucket.get("a", 4u << 20); }) == ErrorKind::config);
    CHECK(scene.message.find("AccessDenied") != std::string::npos);
    CHECK(scene.server.requests("GET") == 1);
}

TEST_CASE("a conditional put whose answer was lost is known as ours, and that of another is not") {
    Scene scene;
    scene.server.control(R"({"faults": [{"method": "PUT", "times": 1, "kind": "lost"}]})");
    CHECK(scene.bucket.put_if_absent("a", as_bytes("one")) == S3Bucket::Put::done);
    CHECK(scene.bucket.put_if_absent("a", as_bytes("two")) == S3Bucket::Put::taken);
    scene.server.control(R"({"faults": [{"method": "PUT", "times": 1, "kind": "503"}]})");
    CHECK(scene.bucket.put_if_absent("a", as_bytes("two")) == S3Bucket::Put::taken);
    CHECK(scene.bucket.get("a", 10) == "one");
    scene.server.control(R"({"conditions": "refused"})");
    CHECK(scene.bucket.put_if_absent("b", as_bytes("one")) == S3Bucket::Put::unsupported);
}

TEST_CASE("a clock that is wrong is corrected by the server's, with a warning") {
    test::FaultyS3 server;
    server.control(R"({"clock": -7200})");
    const S3Place place = place_at(server.address());
    Warnings warnings;
    S3Options options{.clock = place.clock, .logger = warnings};
    S3Bucket bucket(place.address, place.access(), options);
    CHECK_FALSE(bucket.size("a"));  // whose refusal has no words
    bucket.put("a", as_bytes("one"));
    CHECK(bucket.get("a", 10) == "one");
    CHECK(warnings.text.find("ahead of") != std::string::npos);
    CHECK(warnings.text.find("2 h") != std::string::npos);
}

TEST_CASE("what is wrong with address, bucket or keys is said, without the keys") {
    Scene scene;
    S3Place elsewhere = scene.place;
    elsewhere.address.bucket = "absent";
    S3Bucket no_bucket(elsewhere.address, elsewhere.access(), elsewhere.options());
    CHECK(scene.failure([&] { no_bucket.list("", true); }) == ErrorKind::config);
    CHECK(scene.message.find("no bucket 'absent'") != std::string::npos);

    ObjectStorageAccess wrong = scene.place.access();
    wrong.secret_key = Secret("another-secret");
    S3Bucket no_key(scene.place.address, wrong, scene.place.options());
    CHECK(scene.failure([&] { no_key.get("a", 10); }) == ErrorKind::config);
    CHECK(scene.message.find("SignatureDoesNotMatch") != std::string::npos);
    CHECK((scene.message + scene.hint).find("another-secret") == std::string::npos);

    ObjectStorageAccess none = scene.place.access();
    none.secret_key = Secret();
    CHECK(scene.failure([&] { S3Client("bucket", none, scene.place.options()); }) ==
          ErrorKind::config);
    CHECK(scene.hint.find("AWS_ACCESS_KEY_ID") != std::string::npos);

    ObjectStorageAccess odd = scene.place.access();
    odd.endpoint = "ftp://x";
    CHECK(scene.failure([&] { S3Client("bucket", odd, scene.place.options()); }) ==
          ErrorKind::config);

    S3Place nobody = place_at("http://127.0.0.1:1");
    nobody.attempts = 2;
    S3Bucket silent(nobody.address, nobody.access(), nobody.options());
    CHECK(scene.failure([&] { silent.get("a", 10); }) == ErrorKind::unreachable);
    CHECK(scene.message.find("http://127.0.0.1:1") != std::string::npos);
}

TEST_CASE("the bucket may stand in the host's name, and keys may be as strange as they like") {
    Scene scene;
    const std::string port = scene.server.address().substr(scene.server.address().rfind(':'));
    ObjectStorageAccess access = scene.place.access();
    access.endpoint = "http://localhost" + port;
    access.addressing = BucketAddressing::host;
    S3Bucket by_host(scene.place.address, access, scene.place.options());
    for (const std::string_view key : {"plain", "with blank+plus", "ä/%41/~'()!*", "a//b"}) {
        CAPTURE(key);
        by_host.put(key, as_bytes(key));
        CHECK(scene.bucket.get(key, 100) == key);
        scene.bucket.put(key, as_bytes("again"));
        CHECK(by_host.get(key, 100) == "again");
    }
    CHECK(by_host.list("", false).objects.size() == 4);
}

TEST_CASE(
    "a certificate that nobody vouches for is refused, and one of the given authorities is not") {
    const TemporaryDirectory directory;
    const std::string file = directory.path() / "certificate.pem";
    const auto openssl = find_program("openssl");
    REQUIRE(openssl);
    const ProcessResult made = run_process(
        {.program = *openssl,
         .arguments = {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                       "-nodes", "-days", "2", "-subj", "/CN=test", "-addext",
                       "subjectAltName=IP:127.0.0.1", "-keyout", file, "-out", file + ".crt"}},
        [](std::span<const std::byte>) {});
    REQUIRE(made.status == 0);
    std::ofstream(file, std::ios::app) << read_file(file + ".crt");
    const test::FaultyS3 server(file);
    S3Place place = place_at(server.address());
    place.attempts = 2;
    REQUIRE(place.endpoint.starts_with("https://"));
    S3Bucket stranger(place.address, place.access(), place.options());
    CHECK_THROWS_WITH_AS(stranger.put("a", as_bytes("one")), doctest::Contains("certificate"),
                         Error);
    ObjectStorageAccess access = place.access();
    access.certificates = file + ".crt";
    S3Bucket known(place.address, access, place.options());
    known.put("a", as_bytes("one"));
    CHECK(known.get("a", 10) == "one");
}

TEST_CASE("a stop ends the waiting at once, and cleaning up goes on after it") {
    Scene scene;
    std::stop_source stop;
    S3Options options = scene.place.options();
    options.stop = stop.get_token();
    S3Bucket bucket(scene.place.address, scene.place.access(), options);
    bucket.put("a", as_bytes("one"));
    stop.request_stop();
    CHECK(scene.failure([&] { bucket.get("a", 10); }) == ErrorKind::cancelled);
    bucket.remove("a");
    CHECK(bucket.list("", false).objects.empty());
}

TEST_CASE("listings go on page after page, with folders and strange names") {
    Scene scene;
    scene.server.control(R"({"page": 2})");
    for (const std::string_view key : {"a/1", "a/2", "a/3 & <four>", "b/x/y", "b/x/z", "c"})
        scene.bucket.put(key, as_bytes("x"));
    const S3Listing root = scene.bucket.list("", true);
    CHECK(root.folders == std::vector<std::string>{"a", "b"});
    REQUIRE(root.objects.size() == 1);
    CHECK(root.objects[0].key == "c");
    const S3Listing below = scene.bucket.list("a/", false);
    REQUIRE(below.objects.size() == 3);
    CHECK(below.objects[2].key == "a/3 & <four>");
    CHECK(below.server_time);
    CHECK(below.objects[0].modified);
}

TEST_CASE("s3 addresses are taken apart, and what is none is refused") {
    ObjectStorageAccess access;
    const auto address = parse_object_storage(
        "s3://my-bucket/a/b/?endpoint=http://localhost:9000&region=eu-1&addressing=path", access);
    CHECK(address.bucket == "my-bucket");
    CHECK(address.prefix == "a/b");
    CHECK(address.text() == "s3://my-bucket/a/b");
    CHECK(access.endpoint == "http://localhost:9000");
    CHECK(access.region == "eu-1");
    CHECK(access.addressing == BucketAddressing::path);
    CHECK(parse_object_storage("s3://my-bucket", access).text() == "s3://my-bucket");
    for (const std::string_view wrong :
         {"s3:bucket", "s3://", "s3://a", "s3://bu cket/x", "s3://bucket/a//b", "s3://bucket/../b",
          "s3://bucket/x?regoin=a", "s3://bucket/x?addressing=dns"}) {
        CAPTURE(wrong);
        CHECK_THROWS_AS(parse_object_storage(wrong, access), Error);
    }
}

TEST_SUITE_END();
