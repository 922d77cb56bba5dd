#include "base/keyed_hash.hpp"

#include <bit>

namespace keel {
namespace {

std::uint64_t read_word(const unsigned char* bytes, std::size_t count) noexcept {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < count; ++i) word |= std::uint64_t{bytes[i]} << (8 * i);
    return word;
}

struct State {
    std::uint64_t a, b, c, d;

    void rounds(int count) noexcept {
        for (; count > 0; --count) {
            a += b;
            c += d;
            b = std::rotl(b, 13) ^ a;
            d = std::rotl(d, 16) ^ c;
            a = std::rotl(a, 32);
            c += b;
            a += d;
            b = std::rotl(b, 17) ^ c;
            d = std::rotl(d, 21) ^ a;
            c = std::rotl(c, 32);
        }
    }
    void take(std::uint64_t word) noexcept {
        d ^= word;
        rounds(2);
        a ^= word;
    }
};

}  // namespace

KeyedHash::KeyedHash(const Key& key) noexcept {
    const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
    key_ = {read_word(bytes, 8), read_word(bytes + 8, 8)};
}

std::uint64_t KeyedHash::operator()(std::string_view text, std::uint64_t tweak) const noexcept {
    State state{key_[0] ^ 0x736f6d6570736575, key_[1] ^ 0x646f72616e646f6d,
                key_[0] ^ 0x6c7967656e657261, key_[1] ^ 0x7465646279746573};
    if (tweak != 0) state.take(tweak);
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t rest = text.size();
    for (; rest >= 8; rest -= 8, bytes += 8) state.take(read_word(bytes, 8));
    state.take(std::uint64_t{text.size()} << 56 | read_word(bytes, rest));
    state.c ^= 0xff;
    state.rounds(4);
    return state.a ^ state.b ^ state.c ^ state.d;
}

}  // namespace keel
