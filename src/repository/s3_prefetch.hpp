#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "repository/s3_bucket.hpp"

namespace keel {

/// Small objects that are about to be read, fetched side by side: where each answer takes some
/// hundredths of a second, a hundred documents one after the other take seconds. What is fetched
/// serves for one question whether it is there and for one reading, so that whoever looks again
/// sees what is there then. Thread-safe.
class S3Prefetch {
  public:
    explicit S3Prefetch(S3Bucket& bucket) : bucket_(bucket) {}

    /// Forgets what was fetched before. What cannot be fetched is left for those who ask.
    void fetch(std::span<const std::string> keys);

    /// Nothing when it was not fetched, or was asked after before.
    std::optional<bool> take_existence(std::string_view key);
    /// Nothing when it was not fetched, or read before; inside, nothing when it was not there.
    std::optional<std::optional<std::string>> take(std::string_view key);

  private:
    struct Entry {
        std::optional<std::string> text;
        bool was_asked = false;
    };
    void fetch_one(const std::string& key) noexcept;

    S3Bucket& bucket_;
    std::mutex mutex_;
    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace keel
