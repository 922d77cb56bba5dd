#include "base/ids.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

template <std::size_t Size>
std::array<std::byte, Size> random_bytes() {
    std::array<std::byte, Size> bytes{};
    std::size_t filled = 0;
    while (filled < Size) {
        const auto got = getrandom(bytes.data() + filled, Size - filled, 0);
        if (got < 0) throw io_error("read random bytes from", "the kernel");
        filled += static_cast<std::size_t>(got);
    }
    return bytes;
}

}  // namespace

std::string new_uuid() {
    auto bytes = random_bytes<16>();
    bytes[6] = (bytes[6] & std::byte{0x0F}) | std::byte{0x40};
    bytes[8] = (bytes[8] & std::byte{0x3F}) | std::byte{0x80};
    const std::string digits = hex(bytes);
    return fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4),
                       digits.substr(12, 4), digits.substr(16, 4), digits.substr(20));
}

std::string new_run_id(TimePoint now) {
    // No vowels: an id never spells a word. 29^6 values within one second are enough for one
    // project.
    static constexpr std::string_view alphabet = "23456789bcdfghjkmnpqrstvwxyz";
    std::string tail;
    for (const std::byte byte : random_bytes<6>())
        tail += alphabet[std::to_integer<std::size_t>(byte) % alphabet.size()];
    const std::string stamp = format_utc_compact(now);
    return fmt::format("{}t{}-{}", stamp.substr(0, 8), stamp.substr(8), tail);
}

}  // namespace keel
