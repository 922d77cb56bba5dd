#include "repository/s3_object.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace keel {
namespace {

constexpr std::uint64_t read_ahead = 2u << 20;
constexpr std::size_t kept_pieces = 5;
constexpr std::size_t remembered_ends = 64;
constexpr std::uint64_t source_piece = 8u << 20;

std::uint64_t size_of(S3Bucket& bucket, std::string_view key) {
    if (const auto size = bucket.size(key)) return *size;
    throw Error(ErrorKind::not_found, fmt::format("'{}' does not exist", key));
}

Error too_short(std::string_view key) {
    return {ErrorKind::integrity, fmt::format("'{}' is shorter than it should be", key)};
}

class S3Object final : public StoredObject {
  public:
    S3Object(S3Reader& reader, std::string key, std::uint64_t size)
        : reader_(reader), key_(std::move(key)), size_(size) {}

    std::uint64_t size() const override { return size_; }
    void read_at(std::uint64_t offset, std::span<std::byte> bytes) const override {
        reader_.read_at(key_, size_, offset, bytes);
    }

  private:
    S3Reader& reader_;
    std::string key_;
    std::uint64_t size_;
};

/// One piece after the other; a piece that is cut off is asked for again.
class S3Source final : public ByteSource {
  public:
    S3Source(S3Bucket& bucket, std::string key, std::uint64_t size)
        : bucket_(bucket), key_(std::move(key)), size_(size) {}

    std::size_t read(std::span<std::byte> buffer) override {
        if (taken_ == piece_.size()) fetch();
        const std::size_t count = std::min(buffer.size(), piece_.size() - taken_);
        std::ranges::copy(as_bytes(piece_).subspan(taken_, count), buffer.begin());
        taken_ += count;
        return count;
    }

  private:
    void fetch() {
        taken_ = 0;
        piece_.clear();
        const std::uint64_t wanted = std::min(source_piece, size_ - offset_);
        if (wanted == 0) return;
        piece_ = bucket_.get_range(key_, offset_, wanted);
        if (piece_.size() != wanted) throw too_short(key_);
        offset_ += wanted;
    }

    S3Bucket& bucket_;
    std::string key_;
    std::uint64_t size_;
    std::uint64_t offset_ = 0;
    std::string piece_;
    std::size_t taken_ = 0;
};

}  // namespace

bool S3Reader::take(const std::string& key, std::uint64_t offset, std::span<std::byte> bytes) {
    const std::lock_guard lock(mutex_);
    const auto holds = [&](const Piece& piece) {
        return piece.key == key && piece.offset <= offset &&
               offset + bytes.size() <= piece.offset + piece.bytes->size();
    };
    const auto found = std::ranges::find_if(pieces_, holds);
    if (found == pieces_.end()) return false;
    pieces_.splice(pieces_.begin(), pieces_, found);
    std::ranges::copy(as_bytes(*found->bytes).subspan(offset - found->offset, bytes.size()),
                      bytes.begin());
    ends_[key] = offset + bytes.size();
    return true;
}

std::uint64_t S3Reader::length_for(const std::string& key, std::uint64_t size, std::uint64_t offset,
                                   std::uint64_t wanted) {
    const std::lock_guard lock(mutex_);
    const auto end = ends_.find(key);
    const bool goes_on = end != ends_.end() && end->second == offset;
    if (ends_.size() > remembered_ends) ends_.clear();
    ends_[key] = offset + wanted;
    if (!goes_on || offset >= size) return wanted;
    return std::max(wanted, std::min(read_ahead, size - offset));
}

void S3Reader::keep(const std::string& key, std::uint64_t offset, std::string bytes) {
    const std::lock_guard lock(mutex_);
    pieces_.push_front({key, offset, std::make_shared<const std::string>(std::move(bytes))});
    if (pieces_.size() > kept_pieces) pieces_.pop_back();
}

void S3Reader::read_at(const std::string& key, std::uint64_t size, std::uint64_t offset,
                       std::span<std::byte> bytes) {
    if (bytes.empty() || take(key, offset, bytes)) return;
    const std::uint64_t length = length_for(key, size, offset, bytes.size());
    std::string piece = bucket_.get_range(key, offset, length);
    if (piece.size() < bytes.size()) throw too_short(key);
    std::ranges::copy(as_bytes(piece).first(bytes.size()), bytes.begin());
    if (length > bytes.size()) keep(key, offset, std::move(piece));
}

std::unique_ptr<StoredObject> open_s3_object(S3Bucket& bucket, S3Reader& reader,
                                             std::string_view key) {
    return std::make_unique<S3Object>(reader, std::string(key), size_of(bucket, key));
}

std::unique_ptr<ByteSource> open_s3_source(S3Bucket& bucket, std::string_view key) {
    return std::make_unique<S3Source>(bucket, std::string(key), size_of(bucket, key));
}

}  // namespace keel
