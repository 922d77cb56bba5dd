#include "ops/copy/mask_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace keel {
namespace {

constexpr std::string_view mail_domain = "@example.com";
// 13 characters of 5 bits: no two of billions meet.
constexpr std::size_t shortest_local_part = 13;
constexpr std::string_view local_characters = "abcdefghijklmnopqrstuvwxyz234567";
constexpr int mixing_rounds = 8;
// How many places one number moves.
constexpr std::size_t places_in_word = 4;
constexpr int bits_each = 16;

constexpr std::array<std::string_view, 6> alphabets{
    "aeiou", "bcdfghjklmnpqrstvwxyz", "AEIOU", "BCDFGHJKLMNPQRSTVWXYZ", "0123456789", "123456789"};
constexpr std::uint8_t any_digit = 4, first_digit = 5;
constexpr std::uint8_t last_byte = alphabets.size();  ///< of a character beyond ASCII
constexpr std::uint32_t last_bytes = 64;

/// The places in a text whose characters are exchanged, each with its alphabet and where in that
/// its character is; by turns of the one and the other half, as they are mixed.
class Places {
  public:
    struct Spot {
        std::uint32_t at = 0;
        std::uint8_t alphabet = 0;
    };
    struct Half {
        std::vector<Spot> spots;
        std::string values;
        std::size_t count = 0;

        std::string_view used() const noexcept { return std::string_view(values).substr(0, count); }
    };

    explicit Places(std::size_t most) {
        for (auto& half : halves_) {
            half.spots.resize(most / 2 + 1);
            half.values.resize(most / 2 + 1);
        }
    }
    void add(std::size_t at, std::uint8_t alphabet, std::size_t value) noexcept {
        auto& half = halves_[count_++ % 2];
        half.spots.data()[half.count] = {static_cast<std::uint32_t>(at), alphabet};
        half.values.data()[half.count++] = static_cast<char>(value);
    }
    std::size_t size() const noexcept { return count_; }
    Half& half(std::size_t which) noexcept { return halves_[which]; }
    const std::array<Half, 2>& halves() const noexcept { return halves_; }

  private:
    std::array<Half, 2> halves_;
    std::size_t count_ = 0;
};

/// Where each character is found: its alphabet (of the first five), and its place in it.
struct Letter {
    std::uint8_t alphabet = last_byte;  ///< none
    std::uint8_t value = 0;
};
constexpr std::array<Letter, 256> letters = [] {
    std::array<Letter, 256> table{};
    for (std::uint8_t alphabet = 0; alphabet <= any_digit; ++alphabet)
        for (std::uint8_t value = 0; const char c : alphabets[alphabet])
            table[static_cast<unsigned char>(c)] = {alphabet, value++};
    return table;
}();

constexpr std::array<std::uint32_t, last_byte + 1> sizes = [] {
    std::array<std::uint32_t, last_byte + 1> table{};
    for (std::size_t i = 0; i < alphabets.size(); ++i)
        table[i] = static_cast<std::uint32_t>(alphabets[i].size());
    table[last_byte] = last_bytes;
    return table;
}();

std::uint64_t spread(std::uint64_t seed) noexcept {
    seed ^= seed >> 31;
    seed *= 0x9e3779b97f4a7c15;
    seed ^= seed >> 29;
    seed *= 0xbf58476d1ce4e5b9;
    return seed ^ (seed >> 32);
}

/// A place in an alphabet, moved on by as much of it as the low bits of `word` say: without a
/// division and without a branch, since this is where masking spends its time.
char moved(char value, std::uint32_t size, std::uint64_t word) noexcept {
    const auto step = static_cast<std::uint32_t>(word & 0xffff) * size >> bits_each;
    const auto place = static_cast<unsigned char>(value) + step;
    return static_cast<char>(place - (place >= size ? size : 0));
}

/// A Feistel network over places of any alphabets: by turns each half is moved by what a keyed
/// function makes of the other, which can be undone, so that no two inputs meet.
void mix(Places& places, const KeyedHash& hash) {
    for (int round = 1; round <= mixing_rounds; ++round) {
        const std::size_t which = static_cast<std::size_t>(round) % 2;
        auto& half = places.half(which);
        const auto* spots = half.spots.data();
        auto* values = half.values.data();
        const auto seed = hash(places.half(1 - which).used(),
                               static_cast<std::uint64_t>(round) << 32 | places.size());
        for (std::size_t i = 0; i < half.count; i += places_in_word) {
            auto word = spread(seed + i * 0x632be59bd9b4e019);
            const auto end = std::min(i + places_in_word, half.count);
            for (std::size_t at = i; at < end; ++at, word >>= bits_each)
                values[at] = moved(values[at], sizes.data()[spots[at].alphabet], word);
        }
    }
}

void put_back(const Places& places, std::string& text) {
    for (const auto& half : places.halves()) {
        for (std::size_t i = 0; i < half.count; ++i) {
            const auto [at, alphabet] = half.spots[i];
            const auto value = static_cast<unsigned char>(half.values[i]);
            text[at] = alphabet == last_byte ? static_cast<char>(0x80 | value)
                                             : alphabets[alphabet][value];
        }
    }
}

Places text_places(std::string_view text) {
    Places places(text.size());
    unsigned char lead = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0xc0) lead = byte;
        if (byte < 0x80) {
            const auto letter = letters[byte];
            if (letter.alphabet != last_byte) places.add(at, letter.alphabet, letter.value);
            continue;
        }
        // The last byte of a character; those that begin with C2 are signs and controls.
        const bool is_last =
            at + 1 == text.size() || (static_cast<unsigned char>(text[at + 1]) & 0xc0) != 0x80;
        if (byte < 0xc0 && is_last && lead > 0xc2) places.add(at, last_byte, byte & 0x3f);
    }
    return places;
}

Places digit_places(std::string_view text) {
    Places places(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto alphabet = places.size() == 0 ? first_digit : any_digit;
        // Leading zeros stay, so that no two patterns have a value in common.
        const auto found = alphabets[alphabet].find(text[at]);
        if (found != std::string_view::npos) places.add(at, alphabet, found);
    }
    return places;
}

bool fits(std::string_view text, NumberLimit limit) {
    if (!limit) return true;
    std::int64_t value = 0;
    const auto [at, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    return code == std::errc() && value <= *limit && value >= -*limit;
}

bool is_uuid(std::string_view value) {
    return value.size() == 36 && value[8] == '-' && value[13] == '-' && value[18] == '-' &&
           value[23] == '-';
}

}  // namespace

ValueMasker::ValueMasker(const Key& key)
    : text_(derive_key(key, "mask text")),
      digits_(derive_key(key, "mask digits")),
      email_(derive_key(key, "mask email")),
      hash_(derive_key(key, "mask hash")) {}

std::string ValueMasker::email(std::string_view value) const {
    auto length = shortest_local_part;
    if (value.size() > length + mail_domain.size()) length = value.size() - mail_domain.size();
    std::string result;
    for (std::uint64_t block = 1; result.size() < length; ++block) {
        auto bits = email_(value, block);
        for (int i = 0; i < 12 && result.size() < length; ++i, bits >>= 5)
            result += local_characters[bits & 31];
    }
    result += mail_domain;
    return result;
}

std::string ValueMasker::text(std::string_view value) const {
    std::string result(value);
    auto places = text_places(value);
    mix(places, text_);
    put_back(places, result);
    return result;
}

std::string ValueMasker::digits(std::string_view value, NumberLimit limit) const {
    std::string result(value);
    const bool has_limit = fits(value, limit);
    auto places = digit_places(value);
    if (places.size() == 0) return result;
    // Going on until it fits again keeps different values different.
    do {
        mix(places, digits_);
        put_back(places, result);
    } while (has_limit && !fits(result, limit));
    return result;
}

std::string ValueMasker::hash(std::string_view value) const {
    auto digits = fmt::format("{:016x}{:016x}", hash_(value, 1), hash_(value, 2));
    if (!is_uuid(value)) return digits;
    return fmt::format("{}-{}-4{}-a{}-{}", digits.substr(0, 8), digits.substr(8, 4),
                       digits.substr(13, 3), digits.substr(17, 3), digits.substr(20));
}

std::optional<std::string> ValueMasker::apply(const MaskRule& rule, std::string_view value,
                                              NumberLimit limit) const {
    switch (rule.kind) {
        case MaskKind::email:
            return email(value);
        case MaskKind::name:
        case MaskKind::address:
        case MaskKind::text:
            return text(value);
        case MaskKind::phone:
        case MaskKind::digits:
            return digits(value, limit);
        case MaskKind::hash:
            return hash(value);
        case MaskKind::null_value:
            return std::nullopt;
        case MaskKind::fixed:
            return rule.text;
        case MaskKind::keep:
        case MaskKind::sql:
        case MaskKind::json:
            return std::string(value);
    }
    return std::nullopt;
}

}  // namespace keel
