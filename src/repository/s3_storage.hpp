#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "model/object_storage.hpp"
#include "repository/s3_bucket.hpp"
#include "repository/s3_leases.hpp"
#include "repository/s3_object.hpp"
#include "repository/s3_prefetch.hpp"
#include "repository/s3_upload.hpp"
#include "repository/scratch_place.hpp"
#include "repository/storage.hpp"

namespace keel {

/// Storage in an S3-compatible object storage. Objects appear whole, by "If-None-Match: *" where
/// the server honours it; whether it does is tried out once and noted in the repository's object
/// "storage". Where it does not, the key is looked at before and after. Locks are leases (see
/// S3Leases): once one could not be renewed in time, nothing is written or removed any more.
class S3Storage final : public Storage, private S3Publisher {
  public:
    S3Storage(const ObjectStorageAddress& address, ObjectStorageAccess access,
              const S3Options& options, S3LeaseTimes times = {});

    const std::string& location() const noexcept override { return location_; }
    std::unique_ptr<ByteSink> create(std::string_view key) override;
    void replace(std::string_view key, std::string_view text) override;
    std::unique_ptr<ByteSource> open(std::string_view key) const override;
    std::unique_ptr<StoredObject> open_object(std::string_view key) const override;
    std::string read(std::string_view key, std::uint64_t limit) const override;
    bool exists(std::string_view key) const override;
    void expect(std::span<const std::string> keys) const override { prefetch_.fetch(keys); }
    std::vector<std::string> list(std::string_view folder) const override;
    void remove(std::string_view key) override;
    void remove_unfinished(std::string_view folder) override;
    std::unique_ptr<StorageLock> try_lock(std::string_view key, const std::string& holder) override;
    std::string lock_holder(std::string_view key) const override;
    std::filesystem::path scratch_folder(std::string_view key) override;
    std::uint64_t free_space() const override;

  private:
    void publish(std::string_view key, std::span<const std::byte> bytes) override;
    void require_leave() override { leases_.require_held(); }
    bool publish_conditionally(std::string_view key, std::span<const std::byte> bytes);
    void publish_looking(std::string_view key, std::span<const std::byte> bytes);
    bool knows_conditions();
    std::optional<bool> noted_conditions();
    bool try_conditions();

    std::string location_;
    mutable S3Bucket bucket_;
    mutable S3Reader reader_;
    mutable S3Prefetch prefetch_;
    mutable S3Leases leases_;
    PartSlots slots_{parts_under_way};
    ScratchPlace scratch_;
    std::mutex mutex_;
    std::optional<bool> knows_conditions_;
};

}  // namespace keel
