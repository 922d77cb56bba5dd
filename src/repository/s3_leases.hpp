#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "repository/s3_bucket.hpp"
#include "repository/storage.hpp"

namespace keel {

struct S3LeaseTimes {
    std::chrono::milliseconds renewal{20'000};
    /// Without a renewal for that long the holder itself does nothing more.
    std::chrono::milliseconds trusted{60'000};
    /// Without one for that long, by the server's clock, others take it that the holder is dead.
    std::chrono::milliseconds lifetime{100'000};
};

/// Locks where nothing holds a lock but time. Whoever wants one writes a claim under a name of its
/// own, "KEY/…", and has the lock when no other living claim is there; a thread renews it. A claim
/// lives as long as it is renewed (by the server's own clock), and dies at once when its process is
/// seen to be gone from this machine. A holder that was not able to renew finds out before others
/// believe it dead: `require_held` throws. Needs nothing but listings that show what was written.
/// Thread-safe.
class S3Leases {
  public:
    explicit S3Leases(S3Bucket& bucket, S3LeaseTimes times = {});
    ~S3Leases();
    S3Leases(const S3Leases&) = delete;
    S3Leases& operator=(const S3Leases&) = delete;

    /// Nothing when somebody else holds it. The leases must outlive the lock.
    std::unique_ptr<StorageLock> try_lock(std::string_view key, const std::string& holder);
    /// What the holder wrote; empty when there is none.
    std::string holder(std::string_view key);
    /// Throws ErrorKind::locked when one that we hold may have passed to somebody else.
    void require_held();

  private:
    struct Claim {
        std::string key;  ///< of its object
        std::string text;
        std::chrono::nanoseconds renewed{0};  ///< of the clock that counts sleep too
        std::optional<TimePoint> server_time;
        bool is_lost = false;
    };
    class Lock;
    using Position = std::list<Claim>::iterator;

    /// Living claims but `own`, sorted; dead ones are removed.
    std::vector<std::string> others(std::string_view folder, const std::string& own);
    bool is_alive(const S3Listed& claim, const S3Listing& listing);
    Position keep(Claim claim);
    void end(Position position) noexcept;
    void renew_all();
    void renew(Position position);
    void run() noexcept;

    S3Bucket& bucket_;
    S3LeaseTimes times_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<Claim> claims_;
    bool is_renewing_ = false;
    bool is_stopping_ = false;
    std::thread thread_;  ///< begun with the first lock
};

}  // namespace keel
