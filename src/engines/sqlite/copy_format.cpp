#include "engines/sqlite/copy_format.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <bit>
#include <cmath>
#include <iterator>

#include "base/text.hpp"

namespace keel::sqlite {
namespace {

constexpr std::string_view special_characters = "\b\f\n\r\t\v\\";
constexpr std::string_view special_letters = "bfnrtv\\";

template <typename Unsigned>
void append_number(std::string& out, Unsigned value) {
    for (int shift = static_cast<int>(sizeof(Unsigned)) * 8 - 8; shift >= 0; shift -= 8) {
        out += static_cast<char>((value >> shift) & 0xff);
    }
}

template <typename Unsigned>
Unsigned read_number(std::string_view bytes) {
    Unsigned value = 0;
    for (const char c : bytes.substr(0, sizeof(Unsigned))) {
        value = static_cast<Unsigned>((value << 8) | static_cast<unsigned char>(c));
    }
    return value;
}

std::string_view bytes_of(sqlite3_stmt* statement, int column) {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return data ? std::string_view(data, size) : std::string_view();
}

std::string_view text_of(sqlite3_stmt* statement, int column) {
    // Asked for as text first, so that a UTF-16 database gives UTF-8.
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return data ? std::string_view(data, size) : std::string_view();
}

void append_escaped(std::string& out, std::string_view text) {
    for (;;) {
        const auto at = text.find_first_of(special_characters);
        out += text.substr(0, at);
        if (at == std::string_view::npos) return;
        out += '\\';
        out += special_letters[special_characters.find(text[at])];
        text.remove_prefix(at + 1);
    }
}

void append_real(std::string& out, double value) {
    if (std::isinf(value)) {
        out += value > 0 ? "Infinity" : "-Infinity";
        return;
    }
    const auto begin = out.size();
    fmt::format_to(std::back_inserter(out), "{}", value);
    if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";
}

void append_text_field(sqlite3_stmt* statement, int column, std::string& out) {
    const int type = sqlite3_column_type(statement, column);
    if (type == SQLITE_NULL) {
        out += "\\N";
    } else if (type == SQLITE_INTEGER) {
        fmt::format_to(std::back_inserter(out), "{}", sqlite3_column_int64(statement, column));
    } else if (type == SQLITE_FLOAT) {
        append_real(out, sqlite3_column_double(statement, column));
    } else if (type == SQLITE_TEXT) {
        append_escaped(out, text_of(statement, column));
    } else {
        out += "\\\\x";
        out += hex(as_bytes(bytes_of(statement, column)));
    }
}

void append_sized(std::string& out, char storage, std::string_view bytes) {
    append_number(out, static_cast<std::uint32_t>(bytes.size() + 1));
    out += storage;
    out += bytes;
}

void append_binary_field(sqlite3_stmt* statement, int column, std::string& out) {
    const int type = sqlite3_column_type(statement, column);
    if (type == SQLITE_NULL) {
        append_number(out, ~std::uint32_t{0});
    } else if (type == SQLITE_INTEGER) {
        append_number(out, std::uint32_t{9});
        out += 'i';
        append_number(out, static_cast<std::uint64_t>(sqlite3_column_int64(statement, column)));
    } else if (type == SQLITE_FLOAT) {
        append_number(out, std::uint32_t{9});
        out += 'r';
        append_number(out, std::bit_cast<std::uint64_t>(sqlite3_column_double(statement, column)));
    } else if (type == SQLITE_TEXT) {
        append_sized(out, 't', text_of(statement, column));
    } else {
        append_sized(out, 'b', bytes_of(statement, column));
    }
}

[[noreturn]] void fail(std::string message) {
    throw Error(ErrorKind::invalid_input, std::move(message));
}

/// \ooo and \xhh: the byte, and how many characters say it. Nothing when the digits are missing.
struct CodedByte {
    char byte = 0;
    std::size_t length = 0;
};

CodedByte coded_byte(std::string_view digits, unsigned base, std::size_t longest) {
    unsigned value = 0;
    std::size_t length = 0;
    for (; length < longest && length < digits.size(); ++length) {
        const auto digit =
            std::string_view("0123456789abcdef")
                .find(static_cast<char>(digits[length] | (digits[length] > '9' ? 0x20 : 0)));
        if (digit >= base) break;
        value = value * base + static_cast<unsigned>(digit);
    }
    return {static_cast<char>(value & 0xff), length};
}

void unescape(std::string_view text, std::string& out) {
    out.clear();
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\' || at + 1 == text.size()) {
            out += text[at];
            continue;
        }
        const char letter = text[++at];
        const auto known = special_letters.find(letter);
        const auto coded = letter == 'x' ? coded_byte(text.substr(at + 1), 16, 2)
                                         : coded_byte(text.substr(at), 8, 3);
        if (known != std::string_view::npos) {
            out += special_characters[known];
        } else if (coded.length > 0) {
            out += coded.byte;
            at += letter == 'x' ? coded.length : coded.length - 1;
        } else {
            out += letter;
        }
    }
}

void parse_text_row(std::string_view row, std::vector<CopyField>& fields) {
    if (row.ends_with('\n')) row.remove_suffix(1);
    for (std::size_t number = 0; number < fields.size(); ++number) {
        const auto end = row.find('\t');
        const bool is_last = number + 1 == fields.size();
        if (is_last != (end == std::string_view::npos)) {
            fail(fmt::format("the row has {} fields than the {} columns",
                             is_last ? "more" : "fewer", fields.size()));
        }
        auto& field = fields[number];
        const auto text = row.substr(0, end);
        field.storage = text == "\\N" ? 'n' : 't';
        field.bytes = text;
        if (text.find('\\') != std::string_view::npos) {
            unescape(text, field.unescaped);
            field.bytes = field.unescaped;
        }
        row.remove_prefix(is_last ? row.size() : end + 1);
    }
}

std::string_view take(std::string_view& rest, std::size_t size) {
    if (rest.size() < size) fail("the row ends in the middle of a field");
    const auto taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
}

void parse_binary_field(std::string_view bytes, CopyField& field) {
    field.storage = bytes.front();
    field.bytes = bytes.substr(1);
    if (field.storage == 't' || field.storage == 'b') return;
    if ((field.storage != 'i' && field.storage != 'r') || field.bytes.size() != 8) {
        fail("the row holds a field of no known storage class");
    }
    const auto bits = read_number<std::uint64_t>(field.bytes);
    field.integer = std::bit_cast<std::int64_t>(bits);
    field.real = std::bit_cast<double>(bits);
}

void parse_binary_row(std::string_view row, std::vector<CopyField>& fields) {
    const auto count = read_number<std::uint16_t>(take(row, 2));
    if (count != fields.size()) {
        fail(fmt::format("the row has {} fields for {} columns", count, fields.size()));
    }
    for (auto& field : fields) {
        const auto size = read_number<std::uint32_t>(take(row, 4));
        field.storage = 'n';
        if (size == ~std::uint32_t{0}) continue;
        if (size == 0) fail("the row holds a field without its storage class");
        parse_binary_field(take(row, size), field);
    }
    if (!row.empty()) fail("bytes follow the row's last field");
}

}  // namespace

void append_row(sqlite3_stmt* statement, CopyFormat format, std::string& out) {
    const int columns = sqlite3_column_count(statement);
    if (format == CopyFormat::binary) append_number(out, static_cast<std::uint16_t>(columns));
    for (int column = 0; column < columns; ++column) {
        if (format == CopyFormat::binary) {
            append_binary_field(statement, column, out);
            continue;
        }
        if (column > 0) out += '\t';
        append_text_field(statement, column, out);
    }
    if (format == CopyFormat::text) out += '\n';
}

void parse_row(std::string_view row, CopyFormat format, std::vector<CopyField>& fields) {
    if (format == CopyFormat::binary)
        parse_binary_row(row, fields);
    else
        parse_text_row(row, fields);
}

}  // namespace keel::sqlite
