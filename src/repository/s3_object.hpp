#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "repository/s3_bucket.hpp"
#include "repository/storage.hpp"

namespace keel {

/// Reads parts of objects. Whoever reads on where he stopped gets more at once than he asks for,
/// which is kept for a while: a request costs as much as megabytes. Thread-safe; holds some ten
/// megabytes at most.
class S3Reader {
  public:
    explicit S3Reader(S3Bucket& bucket) : bucket_(bucket) {}

    /// Exactly that many bytes of an object of that size; throws ErrorKind::integrity when there
    /// are fewer, not_found.
    void read_at(const std::string& key, std::uint64_t size, std::uint64_t offset,
                 std::span<std::byte> bytes);

  private:
    struct Piece {
        std::string key;
        std::uint64_t offset = 0;
        std::shared_ptr<const std::string> bytes;
    };
    bool take(const std::string& key, std::uint64_t offset, std::span<std::byte> bytes);
    std::uint64_t length_for(const std::string& key, std::uint64_t size, std::uint64_t offset,
                             std::uint64_t wanted);
    void keep(const std::string& key, std::uint64_t offset, std::string bytes);

    S3Bucket& bucket_;
    std::mutex mutex_;
    std::list<Piece> pieces_;                                 ///< the last used first
    std::map<std::string, std::uint64_t, std::less<>> ends_;  ///< where the last reading ended
};

std::unique_ptr<StoredObject> open_s3_object(S3Bucket& bucket, S3Reader& reader,
                                             std::string_view key);
std::unique_ptr<ByteSource> open_s3_source(S3Bucket& bucket, std::string_view key);

}  // namespace keel
