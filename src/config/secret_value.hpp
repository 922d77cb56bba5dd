#pragma once

#include <filesystem>
#include <string>

#include "base/secret.hpp"
#include "config/node.hpp"
#include "config/variables.hpp"

namespace keel {

/// What the places that secrets come from are seen through.
struct SecretPlaces {
    const Variables& variables;
    std::filesystem::path root;    ///< relative files and programs start here
    bool may_run_commands = true;  ///< false: keel.toml is another user's
};

/// Fetches what a value of type address or secret stands for: text with ${NAME} replaced, or what
/// { env = }, { file = } or { command = } give, without the line end. Throws ErrorKind::config at
/// the value's position; no message holds what was fetched.
Secret fetch_secret(const ConfigNode& value, const SecretPlaces& places);

/// How a reference is shown ("{ env = \"X\" }"); nothing is fetched. Only for references.
std::string describe_reference(const ConfigNode& value);

}  // namespace keel
