#include "repository/sealed.hpp"

#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::string_view body_begin = "{\"body\":";
constexpr std::string_view digest_begin = ",\"digest\":\"";
constexpr std::size_t digest_size = 64;

std::string ending(const Seal& seal) {
    return fmt::format("\",\"kind\":\"{}\",\"repository\":\"{}\"}}\n", seal.kind, seal.repository);
}

std::string digest_of(std::string_view body, const Seal& seal) {
    const std::string head = fmt::format("{}\n{}\n", seal.kind, seal.repository);
    if (seal.key) {
        const std::array<std::string_view, 2> parts = {head, body};
        return hex(keyed_digest(*seal.key, parts));
    }
    Digest digest;
    digest.update(head);
    digest.update(body);
    return digest.finish_hex();
}

struct Cut {
    std::string_view body;
    std::string_view digest;
};

/// Nothing when the text is not of this form, kind and repository.
std::optional<Cut> cut(std::string_view text, const Seal& seal) {
    const std::string end = ending(seal);
    const std::size_t around = body_begin.size() + digest_begin.size() + digest_size + end.size();
    if (text.size() < around || !text.starts_with(body_begin) || !text.ends_with(end))
        return std::nullopt;
    text.remove_prefix(body_begin.size());
    text.remove_suffix(end.size());
    const std::string_view digest = text.substr(text.size() - digest_size);
    text.remove_suffix(digest_size);
    if (!text.ends_with(digest_begin)) return std::nullopt;
    text.remove_suffix(digest_begin.size());
    return Cut{.body = text, .digest = digest};
}

}  // namespace

std::string seal(const Json& body, const Seal& seal) {
    const std::string text = body.canonical();
    return fmt::format("{}{}{}{}{}", body_begin, text, digest_begin, digest_of(text, seal),
                       ending(seal));
}

Json unseal(std::string_view text, const Seal& seal, std::string_view name) {
    const auto parts = cut(text, seal);
    if (!parts) {
        throw Error(ErrorKind::integrity,
                    fmt::format("{} is damaged, or not a {} of this repository", name, seal.kind));
    }
    if (digest_of(parts->body, seal) != parts->digest) {
        throw Error(ErrorKind::integrity,
                    fmt::format("{} is damaged: its digest does not match", name));
    }
    return Json::parse(parts->body);
}

std::string sealed_digest(std::string_view text, const Seal& seal) {
    const auto parts = cut(text, seal);
    return parts ? std::string(parts->digest) : std::string();
}

}  // namespace keel
