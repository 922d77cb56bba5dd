#include "engines/postgres/rows.hpp"

#include <array>

#include "base/error.hpp"

namespace keel::postgres {
namespace {

constexpr std::size_t buffer_size = std::size_t{128} << 10;
// Rows between two looks at the stop request.
constexpr std::uint64_t rows_at_once = 1024;

}  // namespace

void BufferedSink::write(std::span<const std::byte> bytes) {
    buffer_ += as_text(bytes);
    if (buffer_.size() < buffer_size) return;
    inner_.write(as_bytes(buffer_));
    buffer_.clear();
}

void BufferedSink::finish() {
    if (!buffer_.empty()) inner_.write(as_bytes(buffer_));
    buffer_.clear();
    inner_.finish();
}

std::string_view LineReader::next() {
    std::size_t searched = at_;
    for (;;) {
        const auto end = buffer_.find('\n', searched);
        if (end != std::string::npos) {
            const auto line = std::string_view(buffer_).substr(at_, end + 1 - at_);
            at_ = end + 1;
            return line;
        }
        searched = buffer_.size() - at_;
        if (!fill()) break;
    }
    if (at_ < buffer_.size())
        throw Error(ErrorKind::integrity, "the rows end in the middle of a line");
    return {};
}

/// Moves what is unread to the front and reads more behind it.
bool LineReader::fill() {
    buffer_.erase(0, at_);
    at_ = 0;
    const auto old_size = buffer_.size();
    buffer_.resize(old_size + buffer_size);
    const auto space = std::as_writable_bytes(std::span(buffer_)).subspan(old_size);
    const auto got = source_.read(space);
    buffer_.resize(old_size + got);
    return got > 0;
}

RowDigest digest_rows(RowSource& rows, const Context& context, const OnRow& each) {
    RowDigest digest;
    for (auto row = rows.next(); !row.empty(); row = rows.next()) {
        digest.add(row);
        each(as_text(row));
        if (digest.rows() % rows_at_once == 0) context.check_cancelled("reading rows");
    }
    return digest;
}

}  // namespace keel::postgres
