#include "base/checksums.hpp"

#include <doctest/doctest.h>

namespace keel {

TEST_CASE("digests of other programs are what these programs compute") {
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha384_hex("abc") ==
          "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca1"
          "34c825a7");
    CHECK(sha384_hex("") ==
          "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f1"
          "4898b95b");
    // A length that does not fit into the last block, and several blocks.
    CHECK(sha384_hex(std::string(119, 'a')) ==
          "c2fbb1911d6889e3db556b482236ab82f3c736f00a22c088641a09fdbbca27e3f1e3b6235bad20aee1ca083c"
          "76ac590c");
    CHECK(sha384_hex(std::string(240, 'a')) ==
          "4d86957beab348a29180f02d02564ac1d32f5b4c217ece2b038f7c184f0cafc8c8e438eb82aa03796170e0a7"
          "ce8c0675");
    CHECK(crc32("123456789") == 0xcbf43926);
    CHECK(crc32("6789", crc32("12345")) == crc32("123456789"));
}

}  // namespace keel
