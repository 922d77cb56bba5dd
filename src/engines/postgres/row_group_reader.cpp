#include <algorithm>

#include "base/error.hpp"
#include "engines/postgres/row_group_format.hpp"
#include "engines/postgres/row_groups.hpp"

namespace keel::postgres {
namespace {

constexpr std::size_t least_read = std::size_t{256} << 10;
constexpr std::size_t most_columns = 65535;
constexpr std::uint64_t null_length = 0xffffffffu;

Error broken() {
    return {ErrorKind::integrity, "the rows in the backup are not laid out as they should be"};
}

}  // namespace

struct RowGroupReader::Column {
    std::vector<std::byte> nulls;  ///< a bitmap; empty when there is none
    std::vector<std::uint32_t> lengths;
    std::size_t width = 0;  ///< of each value; where it varies, `lengths` says
    std::vector<std::byte> values;
    std::size_t value = 0;  ///< the next one that is not null
    std::size_t at = 0;     ///< its place in `values`

    bool is_null(std::size_t row) const {
        return !nulls.empty() && (std::to_integer<unsigned>(nulls[row / 8]) >> row % 8 & 1) != 0;
    }

    std::span<const std::byte> take() {
        const std::size_t length = lengths.empty() ? width : lengths[value];
        const auto bytes = std::span<const std::byte>(values).subspan(at, length);
        ++value;
        at += length;
        return bytes;
    }

    void unshuffle(std::span<const std::byte> planes, std::size_t count) {
        values.resize(planes.size());
        for (std::size_t plane = 0; plane < width; ++plane) {
            const std::byte* from = planes.data() + plane * count;
            std::byte* to = values.data() + plane;
            for (std::size_t i = 0; i < count; ++i) to[i * width] = from[i];
        }
    }

    void add_up(std::span<const std::byte> planes, std::size_t count) {
        if (width == 8) return add_up<8>(planes, count);
        if (width == 4) return add_up<4>(planes, count);
        add_up<2>(planes, count);
    }

  private:
    template <std::size_t size>
    void add_up(std::span<const std::byte> planes, std::size_t count) {
        values.resize(planes.size());
        std::uint64_t number = 0;
        for (std::size_t i = 0; i < count; ++i) {
            std::uint64_t code = 0;
            for (std::size_t plane = 0; plane < size; ++plane)
                code |= std::to_integer<std::uint64_t>(planes[plane * count + i]) << (8 * plane);
            number = (number + unzigzag(code, size)) & mask_of(size);
            for (std::size_t place = 0; place < size; ++place)
                values[i * size + place] =
                    static_cast<std::byte>(number >> (8 * (size - 1 - place)) & 0xff);
        }
    }
};

RowGroupReader::RowGroupReader(ByteSource& source, CopyFormat format)
    : source_(source), format_(format) {}
RowGroupReader::~RowGroupReader() = default;

namespace {

void append_big_endian(std::uint64_t value, std::size_t width, std::vector<std::byte>& line) {
    const std::size_t at = line.size();
    line.resize(at + width);
    for (std::size_t i = 0; i < width; ++i)
        line[at + i] = static_cast<std::byte>(value >> (8 * (width - 1 - i)) & 0xff);
}

}  // namespace

std::span<const std::byte> RowGroupReader::next() {
    if (rows_left_ == 0 && !read_group()) return {};
    line_.clear();
    if (format_ == CopyFormat::binary) append_big_endian(columns_.size(), 2, line_);
    for (Column& column : columns_) append_field(column);
    if (format_ == CopyFormat::text) line_.back() = std::byte{'\n'};
    --rows_left_;
    ++row_;
    return line_;
}

void RowGroupReader::append_field(Column& column) {
    if (format_ == CopyFormat::binary && column.is_null(row_))
        return append_big_endian(null_length, 4, line_);
    const auto value = column.take();
    if (format_ == CopyFormat::binary) append_big_endian(value.size(), 4, line_);
    line_.insert(line_.end(), value.begin(), value.end());
    if (format_ == CopyFormat::text) line_.push_back(std::byte{'\t'});
}

bool RowGroupReader::read_group() {
    if (!fill(1)) return false;
    const std::uint64_t rows = take_number();
    const std::uint64_t columns = take_number();
    if (rows == 0 || rows > most_group_rows || columns > most_columns) throw broken();
    if (format_ == CopyFormat::text && columns == 0) throw broken();
    rows_left_ = static_cast<std::size_t>(rows);
    row_ = 0;
    columns_.resize(static_cast<std::size_t>(columns));
    for (Column& column : columns_) read_column(column);
    return true;
}

void RowGroupReader::read_column(Column& column) {
    const auto kind = std::to_integer<std::uint8_t>(take(1).front());
    column.nulls.clear();
    column.lengths.clear();
    column.value = column.at = 0;
    std::size_t count = rows_left_;
    if ((kind & has_nulls) != 0) {
        const auto bitmap = take((rows_left_ + 7) / 8);
        column.nulls.assign(bitmap.begin(), bitmap.end());
        for (std::size_t row = 0; row < rows_left_; ++row) count -= column.is_null(row) ? 1u : 0u;
        if (format_ == CopyFormat::text) throw broken();
    }
    const auto layout = static_cast<ColumnLayout>(kind & ~has_nulls);
    if (layout == ColumnLayout::varying) {
        std::uint64_t total = 0;
        column.width = 0;
        column.lengths.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint64_t length = take_number();
            if (length > longest_value) throw broken();
            column.lengths.push_back(static_cast<std::uint32_t>(length));
            total += length;
        }
        const auto values = take(static_cast<std::size_t>(total));
        column.values.assign(values.begin(), values.end());
        return;
    }
    const std::uint64_t width = take_number();
    if (width == 0 || width > longest_value) throw broken();
    column.width = static_cast<std::size_t>(width);
    const auto planes = take(column.width * count);
    if (layout == ColumnLayout::fixed) return column.unshuffle(planes, count);
    if (layout != ColumnLayout::numbers || !is_number_width(column.width)) throw broken();
    column.add_up(planes, count);
}

/// Whether there are so many bytes to take.
bool RowGroupReader::fill(std::size_t count) {
    if (buffer_.size() - at_ >= count) return true;
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
    // No more at once than has come: a length that is wrong must not take the memory for it.
    while (buffer_.size() < count) {
        const std::size_t old_size = buffer_.size();
        buffer_.resize(old_size + least_read);
        const std::size_t got = source_.read(std::span(buffer_).subspan(old_size));
        buffer_.resize(old_size + got);
        if (got == 0) return false;
    }
    return true;
}

std::span<const std::byte> RowGroupReader::take(std::size_t count) {
    if (!fill(count)) throw broken();
    const auto bytes = std::span<const std::byte>(buffer_).subspan(at_, count);
    at_ += count;
    return bytes;
}

std::uint64_t RowGroupReader::take_number() {
    constexpr unsigned most_bits = 35;
    if (at_ < buffer_.size()) {  // nearly all are short
        const auto byte = std::to_integer<std::uint64_t>(buffer_[at_]);
        if (byte < 0x80) {
            ++at_;
            return byte;
        }
    }
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift <= most_bits; shift += 7) {
        const auto byte = std::to_integer<std::uint64_t>(take(1).front());
        number |= (byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) return number;
    }
    throw broken();
}

}  // namespace keel::postgres
