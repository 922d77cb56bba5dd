#include "repository/s3_upload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace keel {
namespace {

class Slot {
  public:
    explicit Slot(PartSlots& slots) : slots_(&slots) { slots.acquire(); }
    Slot(Slot&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
    ~Slot() {
        if (slots_ != nullptr) slots_->release();
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    Slot& operator=(Slot&&) = delete;

  private:
    PartSlots* slots_;
};

}  // namespace

S3Upload::S3Upload(S3Bucket& bucket, S3Publisher& publisher, PartSlots& slots, std::string_view key)
    : bucket_(bucket), publisher_(publisher), slots_(slots), key_(key) {}

S3Upload::~S3Upload() {
    for (const auto& part : parts_)
        if (part.valid()) part.wait();
    if (is_finished_ || upload_.id.empty()) return;
    try {
        bucket_.abort_upload(key_, upload_.id);
    } catch (const std::exception&) {
        upload_.id.clear();  // the next writer ends it
    }
}

void S3Upload::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const std::size_t count = std::min(bytes.size(), s3_part_size - buffer_.size());
        buffer_.insert(buffer_.end(), bytes.begin(), bytes.begin() + static_cast<long>(count));
        bytes = bytes.subspan(count);
        if (buffer_.size() == s3_part_size) send_part();
    }
}

void S3Upload::send_part() {
    if (upload_.id.empty()) upload_ = bucket_.begin_upload(key_);
    const std::size_t number = parts_.size() + 1;
    auto send = [this, number, slot = Slot(slots_), part = std::exchange(buffer_, {})] {
        return bucket_.put_part(key_, upload_.id, number, part);
    };
    parts_.push_back(std::async(std::launch::async, std::move(send)));
}

std::vector<std::string> S3Upload::collect_tags() {
    std::vector<std::string> tags;
    for (auto& part : parts_) tags.push_back(part.get());
    return tags;
}

void S3Upload::finish() {
    if (upload_.id.empty()) {
        publisher_.publish(key_, buffer_);
        is_finished_ = true;
        return;
    }
    if (!buffer_.empty()) send_part();
    const auto tags = collect_tags();
    publisher_.require_leave();
    // Large objects have names that only their run uses; the question is for mistakes of ours.
    if (bucket_.size(key_))
        throw Error(ErrorKind::already_exists, fmt::format("'{}' exists already", key_));
    bucket_.complete_upload(key_, upload_, tags);
    is_finished_ = true;
    publisher_.require_leave();
}

}  // namespace keel
