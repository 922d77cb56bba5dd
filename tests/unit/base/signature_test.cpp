#include "base/signature.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace keel;

TEST_CASE("a signature holds for its message and key alone") {
    const auto key = new_signing_key(), other = new_signing_key();
    const auto signature = sign("plan 7", key);
    CHECK(is_signed_by("plan 7", signature, key.public_key));
    CHECK_FALSE(is_signed_by("plan 8", signature, key.public_key));
    CHECK_FALSE(is_signed_by("plan 7", signature, other.public_key));
    for (std::size_t i = 0; i < signature.size(); ++i) {
        auto forged = signature;
        forged[i] = forged[i] == '0' ? '1' : '0';
        CHECK_FALSE(is_signed_by("plan 7", forged, key.public_key));
    }
}

TEST_CASE("a key is found again from its secret half, and nonsense is refused") {
    const auto key = new_signing_key();
    CHECK(signing_key_from(key.secret_key).public_key == key.public_key);
    CHECK_THROWS_AS(signing_key_from(Secret("abcd")), Error);
    CHECK_THROWS_AS(sign("x", {.public_key = "", .secret_key = Secret("zz")}), Error);
    CHECK_FALSE(is_signed_by("x", "not hex", "neither"));
}
