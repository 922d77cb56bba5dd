#include <algorithm>
#include <bit>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "engines/postgres/row_group_format.hpp"
#include "engines/postgres/row_groups.hpp"

namespace keel::postgres {
namespace {

/// Columns that are shorter than this share a chunk of the repository with the next one.
constexpr std::size_t least_apart = std::size_t{256} << 10;
constexpr std::size_t most_sampled = 1024;
constexpr std::size_t length_size = 4;

void put_varint(std::uint64_t value, std::vector<std::byte>& bytes) {
    for (; value >= 0x80; value >>= 7)
        bytes.push_back(static_cast<std::byte>((value & 0x7f) | 0x80));
    bytes.push_back(static_cast<std::byte>(value));
}

Error broken_row() {
    return {ErrorKind::internal, "the server sent a row that is none"};
}

/// Byte by byte of all values, the first bytes of all of them first.
void put_shuffled(std::span<const std::byte> values, std::size_t width,
                  std::vector<std::byte>& bytes) {
    const std::size_t count = values.size() / width;
    const std::size_t begin = bytes.size();
    bytes.resize(begin + values.size());
    for (std::size_t plane = 0; plane < width; ++plane) {
        std::byte* to = bytes.data() + begin + plane * count;
        const std::byte* from = values.data() + plane;
        for (std::size_t i = 0; i < count; ++i) to[i] = from[i * width];
    }
}

template <std::size_t width>
void put_differences(std::span<const std::byte> values, std::vector<std::byte>& bytes) {
    const std::size_t count = values.size() / width;
    const std::size_t begin = bytes.size();
    bytes.resize(begin + values.size());
    std::byte* to = bytes.data() + begin;
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t value = get_big_endian(values.subspan(i * width).first<width>());
        const std::uint64_t code = zigzag((value - before) & mask_of(width), width);
        before = value;
        for (std::size_t plane = 0; plane < width; ++plane)
            to[plane * count + i] = static_cast<std::byte>(code >> (8 * plane) & 0xff);
    }
}

void put_differences(std::span<const std::byte> values, std::size_t width,
                     std::vector<std::byte>& bytes) {
    if (width == 8) return put_differences<8>(values, bytes);
    if (width == 4) return put_differences<4>(values, bytes);
    put_differences<2>(values, bytes);
}

/// Whether neighbours are closer to each other than to zero.
bool are_steps(std::span<const std::byte> values, std::size_t width) {
    const std::size_t count = std::min(values.size() / width, most_sampled);
    std::uint64_t before = 0;
    std::uint64_t plain = 0;
    std::uint64_t steps = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t value = get_big_endian(values.subspan(i * width, width));
        plain += static_cast<std::uint64_t>(std::bit_width(value));
        steps += static_cast<std::uint64_t>(
            std::bit_width(zigzag((value - before) & mask_of(width), width)));
        before = value;
    }
    return steps < plain;
}

}  // namespace

struct RowGroupWriter::Column {
    std::vector<std::byte> values;
    std::vector<std::uint32_t> lengths;  ///< of those that are not null
    std::vector<bool> nulls;             ///< empty while there is none
    std::size_t rows = 0;
    bool is_uniform = true;

    void add(std::span<const std::byte> value) {
        const auto length = static_cast<std::uint32_t>(value.size());
        if (!lengths.empty() && lengths.back() != length) is_uniform = false;
        lengths.push_back(length);
        values.insert(values.end(), value.begin(), value.end());
        if (!nulls.empty()) nulls.push_back(false);
        ++rows;
    }
    void add_null() {
        if (nulls.empty()) nulls.resize(rows, false);
        nulls.push_back(true);
        ++rows;
    }
    void clear() {
        values.clear();
        lengths.clear();
        nulls.clear();
        rows = 0;
        is_uniform = true;
    }

    ColumnLayout layout() const {
        const std::size_t width = lengths.empty() ? 0 : lengths.front();
        if (!is_uniform || width == 0) return ColumnLayout::varying;
        const bool is_number = is_number_width(width) && are_steps(values, width);
        return is_number ? ColumnLayout::numbers : ColumnLayout::fixed;
    }

    void encode(std::vector<std::byte>& bytes) const {
        const ColumnLayout layout = this->layout();
        const bool is_nullable = !nulls.empty();
        bytes.push_back(static_cast<std::byte>(static_cast<std::uint8_t>(layout) |
                                               (is_nullable ? has_nulls : 0)));
        if (is_nullable) encode_nulls(bytes);
        switch (layout) {
            case ColumnLayout::varying:
                for (const std::uint32_t length : lengths) put_varint(length, bytes);
                bytes.insert(bytes.end(), values.begin(), values.end());
                return;
            case ColumnLayout::fixed:
                put_varint(lengths.front(), bytes);
                put_shuffled(values, lengths.front(), bytes);
                return;
            case ColumnLayout::numbers:
                put_varint(lengths.front(), bytes);
                put_differences(values, lengths.front(), bytes);
                return;
        }
    }

    void encode_nulls(std::vector<std::byte>& bytes) const {
        for (std::size_t i = 0; i < nulls.size(); i += 8) {
            unsigned bits = 0;
            for (std::size_t j = i; j < std::min(i + 8, nulls.size()); ++j)
                bits |= (nulls[j] ? 1u : 0u) << (j - i);
            bytes.push_back(static_cast<std::byte>(bits));
        }
    }
};

RowGroupWriter::RowGroupWriter(StreamSink& sink, CopyFormat format)
    : sink_(sink), format_(format) {}
RowGroupWriter::~RowGroupWriter() = default;

void RowGroupWriter::add(std::span<const std::byte> row) {
    if (format_ == CopyFormat::binary)
        add_binary(row);
    else
        add_text(row);
    bytes_ += row.size();
    if (++rows_ == most_group_rows || bytes_ >= most_group_bytes) flush();
}

/// A group has rows of one number of fields.
void RowGroupWriter::begin_row(std::size_t fields) {
    if (fields == columns_.size()) return;
    if (rows_ > 0) throw broken_row();
    columns_.resize(fields);
}

void RowGroupWriter::add_binary(std::span<const std::byte> row) {
    if (row.size() < 2) throw broken_row();
    begin_row(get_big_endian(row.first<2>()));
    row = row.subspan(2);
    for (Column& column : columns_) {
        if (row.size() < length_size) throw broken_row();
        const auto length =
            static_cast<std::int32_t>(get_big_endian(row.first<length_size>()) & 0xffffffffu);
        row = row.subspan(length_size);
        if (length < 0) {
            column.add_null();
            continue;
        }
        const auto size = static_cast<std::size_t>(length);
        if (row.size() < size) throw broken_row();
        column.add(row.first(size));
        row = row.subspan(size);
    }
    if (!row.empty()) throw broken_row();
}

/// Tabs stand between fields only: within them they are written as \t. So do line ends.
void RowGroupWriter::add_text(std::span<const std::byte> row) {
    auto line = as_text(row);
    if (!line.ends_with('\n')) throw broken_row();
    line.remove_suffix(1);
    begin_row(static_cast<std::size_t>(std::ranges::count(line, '\t')) + 1);
    for (Column& column : columns_) {
        const std::size_t end = std::min(line.find('\t'), line.size());
        column.add(as_bytes(line.substr(0, end)));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
}

void RowGroupWriter::flush() {
    if (rows_ == 0) return;
    encoded_.clear();
    put_varint(rows_, encoded_);
    put_varint(columns_.size(), encoded_);
    for (Column& column : columns_) {
        column.encode(encoded_);
        column.clear();
        if (encoded_.size() < least_apart) continue;
        sink_.write(encoded_);
        sink_.cut();
        encoded_.clear();
    }
    sink_.write(encoded_);
    sink_.cut();
    rows_ = 0;
    bytes_ = 0;
}

void RowGroupWriter::finish() {
    flush();
}

}  // namespace keel::postgres
