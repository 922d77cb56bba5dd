#pragma once

#include <future>
#include <semaphore>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "repository/s3_bucket.hpp"

namespace keel {

/// What an object that is being written asks of the storage it is for.
class S3Publisher {
  public:
    virtual ~S3Publisher() = default;
    /// Makes a whole small object appear. Throws ErrorKind::already_exists when the key is taken.
    virtual void publish(std::string_view key, std::span<const std::byte> bytes) = 0;
    /// Throws when nothing may be changed any more.
    virtual void require_leave() = 0;
};

/// How many parts are on their way at once, of all objects of a storage.
constexpr std::ptrdiff_t parts_under_way = 4;
using PartSlots = std::counting_semaphore<parts_under_way>;
constexpr std::size_t s3_part_size = 8u << 20;

/// An object that is being written: small ones are sent whole, larger ones in parts while the rest
/// is still being made. It appears with `finish`. Bucket, publisher and slots must outlive it.
class S3Upload final : public ByteSink {
  public:
    S3Upload(S3Bucket& bucket, S3Publisher& publisher, PartSlots& slots, std::string_view key);
    ~S3Upload() override;
    S3Upload(const S3Upload&) = delete;
    S3Upload& operator=(const S3Upload&) = delete;

    void write(std::span<const std::byte> bytes) override;
    void finish() override;

  private:
    void send_part();
    std::vector<std::string> collect_tags();

    S3Bucket& bucket_;
    S3Publisher& publisher_;
    PartSlots& slots_;
    std::string key_;
    std::vector<std::byte> buffer_;
    S3MarkedUpload upload_;  ///< without an id until there is a part
    std::vector<std::future<std::string>> parts_;
    bool is_finished_ = false;
};

}  // namespace keel
