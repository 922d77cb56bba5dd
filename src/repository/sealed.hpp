#pragma once

#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "base/json.hpp"

namespace keel {

/// The small documents of a repository (its format, manifests, checks, head, removals) are sealed:
/// one line of JSON,
/// {"body":…,"digest":"…","kind":"…","repository":"…"}, whose digest (BLAKE2b-256) is over kind,
/// repository and the very bytes of the body. Damage of any byte, a document of another kind and
/// one of another repository are all found before a parser sees them.
struct Seal {
    std::string_view kind;
    std::string_view repository;
    /// With one, only who has it can make a document that will do; without, the digest finds
    /// accidents.
    const Key* key = nullptr;
};

std::string seal(const Json& body, const Seal& seal);
/// Throws ErrorKind::integrity; the message begins with `name`.
Json unseal(std::string_view text, const Seal& seal, std::string_view name);
/// The digest in a sealed text, which is also the name of what was sealed: chains are made of it.
/// Empty when there is none.
std::string sealed_digest(std::string_view text, const Seal& seal);

}  // namespace keel
