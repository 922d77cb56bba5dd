#include "repository/s3_leases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/process_identity.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::uint64_t largest_claim = 4096;
constexpr int looks = 4;
constexpr std::chrono::milliseconds between_looks{60};

/// Counts on while the machine sleeps, unlike the steady clock.
std::chrono::nanoseconds time_since_boot() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::string folder_of(std::string_view key) {
    return std::string(key) + "/";
}

}  // namespace

class S3Leases::Lock final : public StorageLock {
  public:
    Lock(S3Leases& leases, Position position) : leases_(leases), position_(position) {}
    ~Lock() override { leases_.end(position_); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

  private:
    S3Leases& leases_;
    Position position_;
};

S3Leases::S3Leases(S3Bucket& bucket, S3LeaseTimes times) : bucket_(bucket), times_(times) {}

S3Leases::~S3Leases() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

bool S3Leases::is_alive(const S3Listed& claim, const S3Listing& listing) {
    if (listing.server_time && claim.modified &&
        *listing.server_time - *claim.modified > times_.lifetime)
        return false;
    try {
        const std::string text = bucket_.get(claim.key, largest_claim);
        const std::size_t line = text.find('\n');
        return line == std::string::npos || !is_known_dead(trim(text.substr(line + 1)));
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found) throw;
        return false;  // given up while we were looking
    }
}

std::vector<std::string> S3Leases::others(std::string_view folder, const std::string& own) {
    std::vector<std::string> living;
    const S3Listing listing = bucket_.list(folder, false);
    for (const S3Listed& claim : listing.objects) {
        if (claim.key == own) continue;
        if (is_alive(claim, listing)) {
            living.push_back(claim.key);
        } else {
            bucket_.remove(claim.key);  // its name is never used again: this harms nobody
        }
    }
    return living;
}

std::unique_ptr<StorageLock> S3Leases::try_lock(std::string_view key, const std::string& holder) {
    const std::string folder = folder_of(key);
    if (!others(folder, "").empty()) return nullptr;
    Claim claim{
        .key = folder + new_mark(),
        .text = fmt::format("{}\n{}\n", replace_all(holder, "\n", " "), own_process_identity()),
        .renewed = time_since_boot()};
    bucket_.put(claim.key, as_bytes(claim.text));
    claim.server_time = bucket_.client().server_time();
    const std::string own = claim.key;
    try {
        // Of those who claim at the same moment, each sees the others or is seen by them. All but
        // the first by name give way.
        for (int look = 0; look < looks; ++look) {
            const auto living = others(folder, own);
            if (living.empty()) return std::make_unique<Lock>(*this, keep(std::move(claim)));
            if (living.front() < own) break;
            std::this_thread::sleep_for(between_looks);
        }
    } catch (...) {
        bucket_.remove(own);
        throw;
    }
    bucket_.remove(own);
    return nullptr;
}

std::string S3Leases::holder(std::string_view key) {
    for (const S3Listed& claim : bucket_.list(folder_of(key), false).objects) {
        try {
            const std::string text = bucket_.get(claim.key, largest_claim);
            return text.substr(0, text.find('\n'));
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::not_found) throw;
        }
    }
    return {};
}

S3Leases::Position S3Leases::keep(Claim claim) {
    const std::lock_guard lock(mutex_);
    claims_.push_back(std::move(claim));
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    return std::prev(claims_.end());
}

void S3Leases::end(Position position) noexcept {
    std::string key;
    {
        std::unique_lock lock(mutex_);
        // A renewal that is under way would bring the claim back.
        changed_.wait(lock, [&] { return !is_renewing_; });
        key = position->key;
        claims_.erase(position);
    }
    try {
        bucket_.remove(key);
    } catch (const std::exception&) {
        key.clear();  // then it ends by itself, when it is not renewed
    }
}

void S3Leases::require_held() {
    const auto now = time_since_boot();
    const auto server_time = bucket_.client().server_time();
    const std::lock_guard lock(mutex_);
    for (Claim& claim : claims_) {
        const bool is_late = now - claim.renewed > times_.trusted;
        // A machine that was stopped as a whole does not know it; the server's clock went on.
        const bool is_late_there =
            server_time && claim.server_time && *server_time - *claim.server_time > times_.lifetime;
        claim.is_lost = claim.is_lost || is_late || is_late_there;
        if (claim.is_lost)
            throw Error(ErrorKind::locked,
                        "the lock on the backup repository could not be renewed in time, and may "
                        "be somebody else's now")
                .with_hint("nothing was changed after that; run the command again");
    }
}

void S3Leases::renew(Position position) {
    const auto begun = time_since_boot();
    try {
        bucket_.put(position->key, as_bytes(position->text));
    } catch (const std::exception&) {
        return;  // the next one is soon; `require_held` says when it was too late
    }
    const auto server_time = bucket_.client().server_time();
    const std::lock_guard lock(mutex_);
    const bool was_late = begun - position->renewed > times_.trusted;
    position->is_lost = position->is_lost || was_late;
    position->renewed = begun;
    position->server_time = server_time;
}

/// Without the mutex, while `is_renewing_` keeps every claim where it is.
void S3Leases::renew_all() {
    std::vector<Position> due;
    {
        const std::lock_guard lock(mutex_);
        const auto now = time_since_boot();
        for (auto claim = claims_.begin(); claim != claims_.end(); ++claim)
            if (now - claim->renewed >= times_.renewal) due.push_back(claim);
        is_renewing_ = !due.empty();
    }
    for (const Position position : due) renew(position);
    const std::lock_guard lock(mutex_);
    is_renewing_ = false;
    changed_.notify_all();
}

void S3Leases::run() noexcept {
    std::unique_lock lock(mutex_);
    while (!is_stopping_) {
        changed_.wait_for(lock, times_.renewal / 4, [&] { return is_stopping_; });
        if (is_stopping_) return;
        lock.unlock();
        renew_all();
        lock.lock();
    }
}

}  // namespace keel
