#include "base/checksums.hpp"

#include <sodium.h>

#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

using Words = std::array<std::uint64_t, 8>;
constexpr std::size_t block_size = 128;

constexpr std::array<std::uint64_t, 80> round_constants{
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817};

std::uint64_t big_endian(const std::byte* bytes) noexcept {
    std::uint64_t word = 0;
    for (int i = 0; i < 8; ++i) word = (word << 8) | std::to_integer<std::uint64_t>(bytes[i]);
    return word;
}

std::array<std::uint64_t, 80> schedule_of(const std::byte* block) noexcept {
    std::array<std::uint64_t, 80> w{};
    for (std::size_t i = 0; i < 16; ++i) w[i] = big_endian(block + i * 8);
    for (std::size_t i = 16; i < w.size(); ++i) {
        const std::uint64_t a =
            std::rotr(w[i - 15], 1) ^ std::rotr(w[i - 15], 8) ^ (w[i - 15] >> 7);
        const std::uint64_t b = std::rotr(w[i - 2], 19) ^ std::rotr(w[i - 2], 61) ^ (w[i - 2] >> 6);
        w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    return w;
}

/// One block of SHA-512, which SHA-384 shares.
void compress(Words& state, const std::byte* block) noexcept {
    const auto w = schedule_of(block);
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t i = 0; i < w.size(); ++i) {
        const std::uint64_t s1 = std::rotr(e, 14) ^ std::rotr(e, 18) ^ std::rotr(e, 41);
        const std::uint64_t t1 = h + s1 + ((e & f) ^ (~e & g)) + round_constants[i] + w[i];
        const std::uint64_t s0 = std::rotr(a, 28) ^ std::rotr(a, 34) ^ std::rotr(a, 39);
        const std::uint64_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const Words added{a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < state.size(); ++i) state[i] += added[i];
}

/// The end of the message: its rest, a one bit, zeros, its length in bits.
std::vector<std::byte> padded_rest(std::span<const std::byte> rest, std::uint64_t length) {
    std::vector<std::byte> block(rest.begin(), rest.end());
    block.push_back(std::byte{0x80});
    // The length has sixteen bytes, of which eight are enough for any message in memory.
    while (block.size() % block_size != block_size - 16) block.push_back(std::byte{0});
    block.insert(block.end(), 8, std::byte{0});
    for (int shift = 56; shift >= 0; shift -= 8)
        block.push_back(static_cast<std::byte>((length * 8) >> shift));
    return block;
}

}  // namespace

std::string sha256_hex(std::string_view text) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    const auto bytes = as_bytes(text);
    std::vector<unsigned char> message(bytes.size());
    if (!bytes.empty()) std::memcpy(message.data(), bytes.data(), bytes.size());
    crypto_hash_sha256(digest.data(), message.data(), message.size());
    return hex(std::as_bytes(std::span(digest)));
}

std::string sha384_hex(std::string_view text) {
    Words state{0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
                0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4};
    std::span<const std::byte> rest = as_bytes(text);
    const std::uint64_t length = rest.size();
    for (; rest.size() >= block_size; rest = rest.subspan(block_size)) compress(state, rest.data());
    const auto end = padded_rest(rest, length);
    for (std::size_t at = 0; at < end.size(); at += block_size) compress(state, end.data() + at);
    std::vector<std::byte> digest;
    constexpr std::size_t words_of_384 = 6;
    for (std::size_t i = 0; i < words_of_384; ++i)
        for (int shift = 56; shift >= 0; shift -= 8)
            digest.push_back(static_cast<std::byte>(state[i] >> shift));
    return hex(digest);
}

std::uint32_t crc32(std::string_view text, std::uint32_t previous) noexcept {
    constexpr std::uint32_t polynomial = 0xedb88320;
    std::uint32_t sum = ~previous;
    for (const char c : text) {
        sum ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1U) * polynomial);
    }
    return ~sum;
}

}  // namespace keel
