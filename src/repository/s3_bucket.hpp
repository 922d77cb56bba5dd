#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "repository/s3_client.hpp"

namespace keel {

/// One object of a listing.
struct S3Listed {
    std::string key;  ///< below the prefix
    std::optional<TimePoint> modified;
};

struct S3Listing {
    std::vector<S3Listed> objects;     ///< sorted
    std::vector<std::string> folders;  ///< names directly below that have something below them
    std::optional<TimePoint> server_time;
};

/// An upload in parts.
struct S3MarkedUpload {
    std::string id;
    std::string mark;  ///< that its object will have
};

/// The part of a bucket below a prefix, and what is asked of it. Keys are those of the Storage.
/// Thread-safe. Throws as S3Client does.
class S3Bucket {
  public:
    enum class Put { done, taken, unsupported };

    S3Bucket(const ObjectStorageAddress& address, ObjectStorageAccess access,
             const S3Options& options)
        : prefix_(address.prefix.empty() ? "" : address.prefix + "/"),
          client_(address.bucket, std::move(access), options) {}

    S3Client& client() noexcept { return client_; }

    /// Over whatever is there. Gives back the mark by which this writing is known again.
    std::string put(std::string_view key, std::span<const std::byte> bytes);
    /// With "If-None-Match: *": `taken` when something is there, `unsupported` when the server does
    /// not know it (one that ignores it says `done`).
    Put put_if_absent(std::string_view key, std::span<const std::byte> bytes);
    /// Its size; nothing when it is not there.
    std::optional<std::uint64_t> size(std::string_view key);
    /// The mark that `put` gave it (empty: another program's); nothing when it is not there.
    std::optional<std::string> mark(std::string_view key);
    /// The whole of a small object. Throws ErrorKind::not_found, integrity above `limit` bytes.
    std::string get(std::string_view key, std::uint64_t limit);
    /// `length` bytes from `offset`, fewer at its end. Throws ErrorKind::not_found.
    std::string get_range(std::string_view key, std::uint64_t offset, std::uint64_t length);
    void remove(std::string_view key);

    /// Everything that begins so, or, with `is_folder`, what lies directly in that folder.
    S3Listing list(std::string_view beginning, bool is_folder);

    S3MarkedUpload begin_upload(std::string_view key);
    /// The part's tag, for `complete_upload`. Parts count from 1.
    std::string put_part(std::string_view key, const std::string& upload, std::size_t number,
                         std::span<const std::byte> bytes);
    void complete_upload(std::string_view key, const S3MarkedUpload& upload,
                         const std::vector<std::string>& tags);
    void abort_upload(std::string_view key, const std::string& upload);
    /// Ends uploads below `beginning` that nobody completed.
    void abort_uploads(std::string_view beginning);

  private:
    struct Page;
    std::string full(std::string_view key) const { return prefix_ + std::string(key); }
    std::string below_prefix(std::string_view full_key) const;
    Page list_page(std::string_view beginning, bool is_folder, const std::string& token);
    S3Answer put_marked(std::string_view key, std::span<const std::byte> bytes,
                        const std::string& mark, bool if_absent);

    std::string prefix_;
    S3Client client_;
};

/// A mark that no other writing has.
std::string new_mark();

}  // namespace keel
