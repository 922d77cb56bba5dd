#include <doctest/doctest.h>

#include <set>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/secret.hpp"

using namespace keel;

TEST_CASE("times are written and read in UTC to the millisecond") {
    const auto time = parse_utc("2026-02-28T23:59:59.007Z");
    CHECK(format_utc(time) == "2026-02-28T23:59:59.007Z");
    CHECK(format_utc_compact(time) == "20260228235959");
    CHECK(format_utc(parse_utc("2038-01-20T00:00:00Z")) == "2038-01-20T00:00:00.000Z");
    for (const auto* bad : {"2026-02-30T00:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01T24:00:00Z",
                            "", "2026-01-01T00:00:00"}) {
        CHECK_THROWS_AS(parse_utc(bad), Error);
    }
}

TEST_CASE("ids do not repeat, and run ids sort by their time") {
    const auto now = parse_utc("2026-11-20T07:15:00Z");
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(new_run_id(now));
    CHECK(seen.size() == 1000);
    CHECK(new_run_id(now) < new_run_id(now + std::chrono::seconds(1)));
    CHECK(new_run_id(now).starts_with("20261120t071500-"));
    CHECK(new_uuid() != new_uuid());
    CHECK(new_uuid().size() == 36);
}

TEST_CASE("a row digest does not depend on order or split, but on every row and its count") {
    RowDigest all, left, right, twice;
    for (const auto* row : {"a", "b", "c"}) all.add(as_bytes(row));
    right.add(as_bytes("c"));
    left.add(as_bytes("b"));
    left.add(as_bytes("a"));
    left.merge(right);
    CHECK(left == all);
    CHECK(all.rows() == 3);
    twice.merge(all);
    twice.add(as_bytes("c"));
    CHECK(twice.hex() != all.hex());
}

TEST_CASE("a digest is BLAKE2b-256 of all that was fed to it") {
    Digest digest;
    digest.update("ab");
    digest.update("c");
    CHECK(digest.finish_hex() == digest_hex("abc"));
    CHECK(digest_hex("abc") == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST_CASE("a secret is blotted out wherever it stands, plain or percent-encoded") {
    const Secret secret("p@ss w0rd");
    CHECK(secret.redact("password is p@ss w0rd, in a URL p%40ss%20w0rd") ==
          "password is ***, in a URL ***");
    CHECK(Secret("a").redact("a cat") == "a cat");
}

TEST_CASE("every kind of error has a name and one of the documented exit statuses") {
    CHECK(exit_code(ErrorKind::usage) == 2);
    CHECK(exit_code(ErrorKind::refused) == 4);
    CHECK(exit_code(ErrorKind::locked) == 5);
    CHECK(exit_code(ErrorKind::partial) == 6);
    CHECK(exit_code(ErrorKind::cancelled) == 130);
    CHECK(exit_code(ErrorKind::sql) == 1);
    CHECK(to_string(ErrorKind::in_doubt) == "in_doubt");
}
