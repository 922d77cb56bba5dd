#include "db/wire_field.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

[[noreturn]] void refuse_opaque() {
    throw Error(ErrorKind::internal, "a value was asked for that is only passed on");
}

/// Of 2, 4 or 8 bytes, as the server has it.
std::int64_t read_integer(std::string_view raw) noexcept {
    const auto shift = 64 - 8 * static_cast<int>(raw.size());
    return shift > 63 ? 0 : static_cast<std::int64_t>(read_wire_number(raw) << shift) >> shift;
}

std::string_view without_version(std::string_view raw) {
    return raw.substr(std::min<std::size_t>(1, raw.size()));
}

void encode_integer(std::string_view value, std::size_t size, std::string& out) {
    std::int64_t number = 0;
    const auto [at, code] = std::from_chars(value.begin(), value.end(), number);
    append_wire_number(out, static_cast<std::uint64_t>(number), size);
    if (code == std::errc() && at == value.end() && read_integer(out) == number) return;
    throw Error(ErrorKind::invalid_input,
                fmt::format("a value is no whole number of {} bytes", size));
}

}  // namespace

std::uint64_t read_wire_number(std::string_view bytes) noexcept {
    std::uint64_t value = 0;
    for (const char c : bytes) value = (value << 8) | static_cast<unsigned char>(c);
    return value;
}

void append_wire_number(std::string& out, std::uint64_t value, std::size_t bytes) {
    for (std::size_t left = bytes; left > 0; --left)
        out += static_cast<char>((value >> (8 * (left - 1))) & 0xff);
}

void decode_wire(WireKind kind, std::string_view raw, std::string& out) {
    switch (kind) {
        case WireKind::text:
            out = raw;
            return;
        case WireKind::json:
            out = without_version(raw);
            return;
        case WireKind::integer:
            out = fmt::format_int(read_integer(raw)).str();
            return;
        case WireKind::uuid: {
            const auto digits = hex(as_bytes(raw));
            out = fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4),
                              digits.substr(12, 4), digits.substr(16, 4), digits.substr(20));
            return;
        }
        case WireKind::opaque:
            refuse_opaque();
    }
}

void encode_wire(WireKind kind, std::size_t size, std::string_view value, std::string& out) {
    out.clear();
    switch (kind) {
        case WireKind::text:
            out = value;
            return;
        case WireKind::json:
            out = '\1';
            out += value;
            return;
        case WireKind::integer:
            return encode_integer(value, size, out);
        case WireKind::uuid:
            out = as_text(unhex(replace_all(value, "-", "")));
            if (out.size() == 16) return;
            throw Error(ErrorKind::invalid_input, "a value is no UUID");
        case WireKind::opaque:
            refuse_opaque();
    }
}

}  // namespace keel
