#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <string_view>

#include "base/file.hpp"

namespace keel::test {

/// tests/support/faulty_s3, running until this is destroyed. Bucket "bucket", keys "keeltest" and
/// "keeltestsecret".
class FaultyS3 {
  public:
    /// With a file of a certificate and its key it speaks TLS; then `control` is of no use.
    explicit FaultyS3(std::string certificate = {});
    ~FaultyS3();
    FaultyS3(const FaultyS3&) = delete;
    FaultyS3& operator=(const FaultyS3&) = delete;

    const std::string& address() const noexcept { return address_; }
    /// The JSON object that the script describes.
    void control(std::string_view json) const;
    /// How many requests of that method there were since the last `control`.
    int requests(std::string_view method) const;

  private:
    FileDescriptor input_;  ///< the server ends when this is closed
    pid_t pid_ = -1;
    std::string address_;
};

}  // namespace keel::test
