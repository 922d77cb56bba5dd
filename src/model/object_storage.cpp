#include "model/object_storage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::string_view scheme = "s3://";
constexpr std::size_t shortest_bucket = 3;
constexpr std::size_t longest_bucket = 63;
constexpr std::size_t longest_prefix = 512;

[[noreturn]] void refuse(std::string message) {
    throw Error(ErrorKind::config, std::move(message))
        .with_hint(
            "write s3://BUCKET/PREFIX; endpoint, region and keys stand in [backup.s3], or in "
            "the environment");
}

bool is_bucket_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           (c >= 'A' && c <= 'Z') || c == '_';
}

void check_bucket(std::string_view bucket) {
    const bool is_fit = bucket.size() >= shortest_bucket && bucket.size() <= longest_bucket &&
                        std::ranges::all_of(bucket, is_bucket_character);
    if (!is_fit) refuse(fmt::format("'{}' is no name of a bucket", escape_controls(bucket)));
}

void check_prefix(std::string_view prefix) {
    if (prefix.empty()) return;
    if (prefix.size() > longest_prefix) refuse("the prefix in the bucket is too long");
    for (const std::string& part : split(prefix, '/')) {
        const bool is_plain = !part.empty() && part != "." && part != ".." &&
                              escape_controls(part) == part && is_valid_utf8(part);
        if (!is_plain)
            refuse(fmt::format("'{}' is no prefix in a bucket", escape_controls(prefix)));
    }
}

void take_parameter(std::string_view parameter, ObjectStorageAccess& access) {
    const std::size_t equals = parameter.find('=');
    const std::string_view name = parameter.substr(0, equals);
    const std::string value(equals == std::string_view::npos ? "" : parameter.substr(equals + 1));
    if (name == "endpoint") {
        access.endpoint = value;
    } else if (name == "region") {
        access.region = value;
    } else if (name == "addressing") {
        access.addressing = parse_addressing(value);
    } else {
        const std::array<std::string, 3> known = {"endpoint", "region", "addressing"};
        refuse(fmt::format("an s3 address has no parameter '{}'{}", escape_controls(name),
                           did_you_mean(name, known)));
    }
}

}  // namespace

std::string ObjectStorageAddress::text() const {
    return fmt::format("{}{}{}{}", scheme, bucket, prefix.empty() ? "" : "/", prefix);
}

bool is_object_storage(std::string_view place) noexcept {
    return place.starts_with("s3:");
}

BucketAddressing parse_addressing(std::string_view text) {
    if (text == "auto") return BucketAddressing::automatic;
    if (text == "path") return BucketAddressing::path;
    if (text == "host") return BucketAddressing::host;
    throw Error(ErrorKind::config,
                fmt::format("addressing is auto, path or host, not '{}'", escape_controls(text)));
}

ObjectStorageAddress parse_object_storage(std::string_view text, ObjectStorageAccess& access) {
    if (!text.starts_with(scheme))
        refuse(fmt::format("'{}' is no s3 address", escape_controls(text)));
    text.remove_prefix(scheme.size());
    const std::size_t question = text.find('?');
    if (question != std::string_view::npos) {
        for (const std::string& parameter : split(text.substr(question + 1), '&'))
            take_parameter(parameter, access);
        text = text.substr(0, question);
    }
    while (text.ends_with('/')) text.remove_suffix(1);
    const std::size_t slash = text.find('/');
    ObjectStorageAddress address{.bucket = std::string(text.substr(0, slash)), .prefix = {}};
    if (slash != std::string_view::npos) address.prefix = text.substr(slash + 1);
    check_bucket(address.bucket);
    check_prefix(address.prefix);
    return address;
}

}  // namespace keel
