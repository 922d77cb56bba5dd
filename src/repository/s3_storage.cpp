#include "repository/s3_storage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/json.hpp"

namespace keel {
namespace {

/// What was found out about the server; see docs/formats/backup.md.
constexpr std::string_view note_key = "storage";
constexpr std::uint64_t largest_note = 16 * 1024;

std::string folder_of(std::string_view key) {
    return key.empty() ? std::string() : std::string(key) + "/";
}

Error taken(std::string_view key) {
    return {ErrorKind::already_exists, fmt::format("'{}' exists already", key)};
}

}  // namespace

S3Storage::S3Storage(const ObjectStorageAddress& address, ObjectStorageAccess access,
                     const S3Options& options, S3LeaseTimes times)
    : location_(address.text()),
      bucket_(address, std::move(access), options),
      reader_(bucket_),
      prefetch_(bucket_),
      leases_(bucket_, times) {}

std::unique_ptr<ByteSink> S3Storage::create(std::string_view key) {
    S3Publisher& publisher = *this;
    return std::make_unique<S3Upload>(bucket_, publisher, slots_, key);
}

void S3Storage::replace(std::string_view key, std::string_view text) {
    require_leave();
    bucket_.put(key, as_bytes(text));
}

std::unique_ptr<ByteSource> S3Storage::open(std::string_view key) const {
    return open_s3_source(bucket_, key);
}

std::unique_ptr<StoredObject> S3Storage::open_object(std::string_view key) const {
    return open_s3_object(bucket_, reader_, key);
}

std::string S3Storage::read(std::string_view key, std::uint64_t limit) const {
    auto fetched = prefetch_.take(key);
    if (!fetched) return bucket_.get(key, limit);
    if (!*fetched) throw Error(ErrorKind::not_found, fmt::format("'{}' does not exist", key));
    if ((*fetched)->size() > limit)
        throw Error(ErrorKind::integrity, fmt::format("'{}' is larger than any such file", key));
    return std::move(**fetched);
}

bool S3Storage::exists(std::string_view key) const {
    if (const auto is_there = prefetch_.take_existence(key)) return *is_there;
    return bucket_.size(key).has_value();
}

std::vector<std::string> S3Storage::list(std::string_view folder) const {
    const std::string beginning = folder_of(folder);
    S3Listing listing = bucket_.list(beginning, true);
    std::vector<std::string> names = std::move(listing.folders);
    for (const S3Listed& object : listing.objects)
        if (object.key.size() > beginning.size())
            names.push_back(object.key.substr(beginning.size()));
    std::ranges::sort(names);
    const auto [first, last] = std::ranges::unique(names);
    names.erase(first, last);
    return names;
}

void S3Storage::remove(std::string_view key) {
    require_leave();
    scratch_.remove(key);
    for (const S3Listed& object : bucket_.list(key, false).objects)
        if (object.key == key || object.key.starts_with(folder_of(key))) bucket_.remove(object.key);
}

void S3Storage::remove_unfinished(std::string_view folder) {
    require_leave();
    bucket_.abort_uploads(folder_of(folder));
}

std::unique_ptr<StorageLock> S3Storage::try_lock(std::string_view key, const std::string& holder) {
    return leases_.try_lock(key, holder);
}

std::string S3Storage::lock_holder(std::string_view key) const {
    return leases_.holder(key);
}

std::filesystem::path S3Storage::scratch_folder(std::string_view key) {
    return scratch_.folder(key);
}

std::uint64_t S3Storage::free_space() const {
    return std::numeric_limits<std::uint64_t>::max();  // nobody can say
}

void S3Storage::publish(std::string_view key, std::span<const std::byte> bytes) {
    require_leave();
    if (!knows_conditions() || !publish_conditionally(key, bytes)) publish_looking(key, bytes);
    // If the lease ended while this was on its way, whoever wrote it has to take it back.
    require_leave();
}

/// False when the server does not know how after all.
bool S3Storage::publish_conditionally(std::string_view key, std::span<const std::byte> bytes) {
    switch (bucket_.put_if_absent(key, bytes)) {
        case S3Bucket::Put::done:
            return true;
        case S3Bucket::Put::taken:
            throw taken(key);
        case S3Bucket::Put::unsupported:
            break;
    }
    const std::lock_guard lock(mutex_);
    knows_conditions_ = false;
    return false;
}

/// Of two who write the same key at the same moment, the later one wins, and the other one sees it.
/// Only records of checks can meet like that: everything else is written under a lock, or has a
/// name that only its run uses.
void S3Storage::publish_looking(std::string_view key, std::span<const std::byte> bytes) {
    if (bucket_.size(key)) throw taken(key);
    const std::string mark = bucket_.put(key, bytes);
    if (bucket_.mark(key) != mark) throw taken(key);
}

bool S3Storage::knows_conditions() {
    const std::lock_guard lock(mutex_);
    if (!knows_conditions_) knows_conditions_ = noted_conditions();
    if (!knows_conditions_) knows_conditions_ = try_conditions();
    return *knows_conditions_;
}

/// What was noted of this very bucket; a copy of the repository elsewhere is tried out again.
std::optional<bool> S3Storage::noted_conditions() {
    try {
        const Json note = Json::parse(bucket_.get(note_key, largest_note));
        const bool is_of_this = note.at("endpoint").as_string() == bucket_.client().endpoint() &&
                                note.at("bucket").as_string() == bucket_.client().bucket();
        if (is_of_this) return note.at("conditional_put").as_bool();
    } catch (const Error& error) {
        const bool is_no_note = error.kind() == ErrorKind::not_found ||
                                error.kind() == ErrorKind::integrity ||
                                error.kind() == ErrorKind::invalid_input;
        if (!is_no_note) throw;
    }
    return std::nullopt;
}

bool S3Storage::try_conditions() {
    const std::string key = fmt::format("{}-{}", note_key, new_mark());
    const auto put = [&] { return bucket_.put_if_absent(key, as_bytes("a trial")); };
    const bool are_known = put() == S3Bucket::Put::done && put() == S3Bucket::Put::taken;
    bucket_.remove(key);
    const Json note = Json::object()
                          .set("bucket", bucket_.client().bucket())
                          .set("conditional_put", are_known)
                          .set("endpoint", bucket_.client().endpoint());
    bucket_.put(note_key, as_bytes(note.canonical()));
    return are_known;
}

}  // namespace keel
