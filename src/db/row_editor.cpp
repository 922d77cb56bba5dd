#include "db/row_editor.hpp"

#include <charconv>
#include <cstdint>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::string_view special_characters = "\b\f\n\r\t\v\\";
constexpr std::string_view special_letters = "bfnrtv\\";
constexpr std::string_view null_mark = "\\N";
constexpr std::uint32_t null_size = ~std::uint32_t{0};

int digit_of(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 16;
}

/// Up to `most` digits of `base` at the front of `text`; takes them away.
char take_number(std::string_view& text, int base, std::size_t most) noexcept {
    int value = 0;
    for (std::size_t i = 0; i < most && !text.empty() && digit_of(text.front()) < base; ++i) {
        value = value * base + digit_of(text.front());
        text.remove_prefix(1);
    }
    return static_cast<char>(value);
}

/// What follows a backslash; takes it away.
char take_escape(std::string_view& text) noexcept {
    const char letter = text.front();
    if (letter >= '0' && letter <= '7') return take_number(text, 8, 3);
    text.remove_prefix(1);
    if (letter == 'x' && !text.empty() && digit_of(text.front()) < 16)
        return take_number(text, 16, 2);
    const auto at = special_letters.find(letter);
    return at == std::string_view::npos ? letter : special_characters[at];
}

/// In the storage class that was there, where the value allows it.
void write_as(StoredRowWriter& writer, char storage, const std::string& value) {
    if (storage == 'b') {
        if (!value.starts_with("\\x")) return writer.blob(value);
        return writer.blob(as_text(unhex(std::string_view(value).substr(2))));
    }
    if (storage == 'i' || storage == 'r') {
        std::int64_t integer = 0;
        double real = 0;
        const char* end = value.data() + value.size();
        if (const auto [at, code] = std::from_chars(value.data(), end, integer);
            storage == 'i' && code == std::errc() && at == end)
            return writer.integer(integer);
        if (const auto [at, code] = std::from_chars(value.data(), end, real);
            code == std::errc() && at == end)
            return writer.real(real);
    }
    writer.text(value);
}

std::string_view take(std::string_view& rest, std::size_t size) {
    if (rest.size() < size)
        throw Error(ErrorKind::invalid_input, "a binary row ends in the middle of a field");
    const auto taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
}

}  // namespace

std::string encode_copy_text(std::string_view value) {
    std::string out;
    for (;;) {
        const auto at = value.find_first_of(special_characters);
        out += value.substr(0, at);
        if (at == std::string_view::npos) return out;
        out += '\\';
        out += special_letters[special_characters.find(value[at])];
        value.remove_prefix(at + 1);
    }
}

std::string decode_copy_text(std::string_view raw) {
    std::string out;
    for (;;) {
        const auto at = raw.find('\\');
        out += raw.substr(0, at);
        if (at == std::string_view::npos) return out;
        raw.remove_prefix(at + 1);
        if (!raw.empty()) out += take_escape(raw);
    }
}

void RowEditor::open(std::span<const std::byte> row) {
    auto text = as_text(row);
    if (!text.ends_with('\n'))
        throw Error(ErrorKind::invalid_input, "a row in COPY's text form has no line end");
    text.remove_suffix(1);
    row_ = row;
    is_changed_ = false;
    form_ = Form::text;
    std::size_t count = 0;
    for (bool more = true; more; ++count) {
        const auto tab = text.find('\t');
        if (count == fields_.size()) fields_.emplace_back();
        auto& field = fields_[count];
        field.raw = text.substr(0, tab);
        field.is_set = field.is_decoded = false;
        field.is_null = field.raw == null_mark;
        more = tab != std::string_view::npos;
        if (more) text.remove_prefix(tab + 1);
    }
    fields_.resize(count);
}

void RowEditor::open_binary(std::span<const std::byte> row) {
    parse_stored_row(row, stored_);
    row_ = row;
    is_changed_ = false;
    form_ = Form::stored;
    fields_.resize(stored_.size());
    for (std::size_t i = 0; i < stored_.size(); ++i) {
        auto& field = fields_[i];
        field.raw = stored_[i].bytes;
        field.storage = stored_[i].storage;
        field.is_set = field.is_decoded = false;
        field.is_null = field.storage == 'n';
    }
}

void RowEditor::open_wire(std::span<const std::byte> row, std::span<const WireKind> kinds) {
    auto rest = as_text(row);
    if (read_wire_number(take(rest, 2)) != kinds.size())
        throw Error(ErrorKind::invalid_input, "a row in COPY's binary form has other columns");
    row_ = row;
    is_changed_ = false;
    form_ = Form::wire;
    fields_.resize(kinds.size());
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        auto& field = fields_[i];
        const auto size = static_cast<std::uint32_t>(read_wire_number(take(rest, 4)));
        field.is_set = field.is_decoded = false;
        field.is_null = size == null_size;
        field.raw = take(rest, field.is_null ? 0 : size);
        field.kind = kinds[i];
    }
    if (!rest.empty())
        throw Error(ErrorKind::invalid_input, "bytes follow the last field of a binary row");
}

std::string_view RowEditor::written(const Field& field) const noexcept {
    return field.is_set ? std::string_view(field.encoded) : field.raw;
}

bool RowEditor::is_null(std::size_t column) const {
    return fields_.at(column).is_null;
}

std::string_view RowEditor::text(std::size_t column) {
    auto& field = fields_.at(column);
    if (is_null(column)) return {};
    const auto raw = written(field);
    if (form_ == Form::wire) {
        if (field.kind == WireKind::text) return raw;
        if (!field.is_decoded) decode_wire(field.kind, raw, field.decoded);
        field.is_decoded = true;
        return field.decoded;
    }
    if (form_ == Form::stored) {
        if (field.is_set || field.storage == 't') return raw;
        if (!field.is_decoded) field.decoded = stored_[column].text();
        field.is_decoded = true;
        return field.decoded;
    }
    if (raw.find('\\') == std::string_view::npos) return raw;
    if (!field.is_decoded) field.decoded = decode_copy_text(raw);
    field.is_decoded = true;
    return field.decoded;
}

void RowEditor::set(std::size_t column, std::string_view value) {
    auto& field = fields_.at(column);
    switch (form_) {
        case Form::text:
            field.encoded = encode_copy_text(value);
            break;
        case Form::stored:
            field.encoded.assign(value);
            break;
        case Form::wire:
            encode_wire(field.kind, field.raw.size(), value, field.encoded);
            break;
    }
    field.is_set = true;
    field.is_decoded = false;
    field.is_null = false;
    is_changed_ = true;
}

void RowEditor::set_null(std::size_t column) {
    auto& field = fields_.at(column);
    field.encoded = null_mark;
    field.is_set = true;
    field.is_decoded = false;
    field.is_null = true;
    is_changed_ = true;
}

std::span<const std::byte> RowEditor::finish() {
    if (!is_changed_) return row_;
    if (form_ == Form::stored) return finish_binary();
    if (form_ == Form::wire) return finish_wire();
    out_.clear();
    for (const auto& field : fields_) {
        if (&field != fields_.data()) out_ += '\t';
        out_ += written(field);
    }
    out_ += '\n';
    return as_bytes(out_);
}

std::span<const std::byte> RowEditor::finish_binary() {
    writer_.start(fields_.size());
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        const auto& field = fields_[i];
        if (field.is_null)
            writer_.null();
        else if (!field.is_set)
            writer_.field(stored_[i]);
        else
            write_as(writer_, field.storage, field.encoded);
    }
    return as_bytes(writer_.row());
}

std::span<const std::byte> RowEditor::finish_wire() {
    out_.clear();
    append_wire_number(out_, fields_.size(), 2);
    for (const auto& field : fields_) {
        const auto bytes = field.is_null ? std::string_view() : written(field);
        append_wire_number(out_, field.is_null ? null_size : bytes.size(), 4);
        out_ += bytes;
    }
    return as_bytes(out_);
}

}  // namespace keel
