#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace keel {

/// How a bucket is named in the address of a request.
enum class BucketAddressing {
    automatic,  ///< in the host at Amazon, in the path everywhere else
    path,
    host,
};

/// How an S3-compatible object storage is reached, and as whom.
struct ObjectStorageAccess {
    std::string endpoint;  ///< "https://host[:port]"; empty: Amazon's, of the region
    std::string region;    ///< empty: "us-east-1"
    BucketAddressing addressing = BucketAddressing::automatic;
    std::string certificates;  ///< a file of certificate authorities; empty: the system's
    Secret access_key;         ///< empty: nothing was found
    Secret secret_key;
    Secret session_token;  ///< of keys that are lent for a while
};

/// "s3://bucket/prefix?endpoint=…&region=…&addressing=…": what it says itself comes before what is
/// configured.
struct ObjectStorageAddress {
    std::string bucket;
    std::string prefix;  ///< without slashes around it; may be empty

    std::string text() const;  ///< "s3://bucket/prefix"
};

/// Whether a repository's place is one ("s3:…"), and not a folder.
bool is_object_storage(std::string_view place) noexcept;
/// Takes the parameters into `access`. Throws ErrorKind::config for anything that is no such
/// address.
ObjectStorageAddress parse_object_storage(std::string_view text, ObjectStorageAccess& access);
/// Throws ErrorKind::config.
BucketAddressing parse_addressing(std::string_view text);

}  // namespace keel
