#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/secret.hpp"

namespace keel {

using NamesAndValues = std::vector<std::pair<std::string, std::string>>;

/// A request as AWS's Signature Version 4 sees it.
struct SignedRequest {
    std::string_view method;
    std::string_view host;             ///< with its port, when that is not the scheme's own
    std::string_view path;             ///< as sent: encoded already
    const NamesAndValues& parameters;  ///< not encoded; in any order
    const NamesAndValues& headers;     ///< names in lower case, without host
    std::string_view payload_digest;   ///< SHA-256, in hexadecimal
};

struct Signer {
    std::string_view access_key;
    std::string_view secret_key;
    std::string_view region;
    TimePoint now{};
};

/// "20261120T071500Z", the value of x-amz-date.
std::string amazon_time(TimePoint now);
/// Percent-encoded as signatures have it: everything but letters, digits and "-._~" (and "/" where
/// it separates).
std::string encode_name(std::string_view name);
std::string encode_path(std::string_view path);
/// Encoded and in the order of signatures: "a=1&b=".
std::string query_of(const NamesAndValues& parameters);
/// The value of the header Authorization. The headers must hold x-amz-date of the same moment.
std::string authorization(const SignedRequest& request, const Signer& signer);

}  // namespace keel
