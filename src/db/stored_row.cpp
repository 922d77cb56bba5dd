#include "db/stored_row.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::uint32_t null_size = ~std::uint32_t{0};

std::uint64_t read_number(std::string_view bytes) noexcept {
    std::uint64_t value = 0;
    for (const char c : bytes) value = (value << 8) | static_cast<unsigned char>(c);
    return value;
}

std::string_view take(std::string_view& rest, std::size_t size) {
    if (rest.size() < size)
        throw Error(ErrorKind::invalid_input, "the row ends in the middle of a field");
    const auto taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
}

}  // namespace

std::int64_t StoredField::integer() const noexcept {
    return std::bit_cast<std::int64_t>(read_number(bytes));
}

double StoredField::real() const noexcept {
    return std::bit_cast<double>(read_number(bytes));
}

std::string real_text(double value) {
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    auto text = fmt::format("{}", value);
    if (text.find_first_of(".en") == std::string::npos) text += ".0";
    return text;
}

std::string StoredField::text() const {
    if (storage == 'i') return fmt::format("{}", integer());
    if (storage == 'r') return real_text(real());
    if (storage == 'b') return "\\x" + hex(as_bytes(bytes));
    return storage == 't' ? std::string(bytes) : std::string();
}

void parse_stored_row(std::span<const std::byte> row, std::vector<StoredField>& fields) {
    auto rest = as_text(row);
    fields.resize(read_number(take(rest, 2)));
    for (auto& field : fields) {
        field = {};
        const auto size = static_cast<std::uint32_t>(read_number(take(rest, 4)));
        if (size == null_size) continue;
        if (size == 0)
            throw Error(ErrorKind::invalid_input,
                        "the row holds a field without its storage class");
        const auto bytes = take(rest, size);
        field.storage = bytes.front();
        field.bytes = bytes.substr(1);
        const bool is_number = field.storage == 'i' || field.storage == 'r';
        const bool is_known = is_number || field.storage == 't' || field.storage == 'b';
        if (!is_known || (is_number && field.bytes.size() != 8))
            throw Error(ErrorKind::invalid_input,
                        "the row holds a field of no known storage class");
    }
    if (!rest.empty()) throw Error(ErrorKind::invalid_input, "bytes follow the row's last field");
}

void StoredRowWriter::number(std::uint64_t value, int bytes) {
    for (int shift = bytes * 8 - 8; shift >= 0; shift -= 8)
        out_ += static_cast<char>((value >> shift) & 0xff);
}

void StoredRowWriter::start(std::size_t fields) {
    out_.clear();
    number(fields, 2);
}

void StoredRowWriter::null() {
    number(null_size, 4);
}

void StoredRowWriter::integer(std::int64_t value) {
    number(9, 4);
    out_ += 'i';
    number(std::bit_cast<std::uint64_t>(value), 8);
}

void StoredRowWriter::real(double value) {
    number(9, 4);
    out_ += 'r';
    number(std::bit_cast<std::uint64_t>(value), 8);
}

void StoredRowWriter::sized(char storage, std::string_view bytes) {
    number(bytes.size() + 1, 4);
    out_ += storage;
    out_ += bytes;
}

void StoredRowWriter::field(const StoredField& field) {
    if (field.storage == 'n') return null();
    sized(field.storage, field.bytes);
}

}  // namespace keel
