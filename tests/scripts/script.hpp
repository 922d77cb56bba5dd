#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace keel::scripts {

/// One line of a script that does or checks something.
struct Step {
    int line = 0;
    bool negated = false;  ///< "! …"
    std::string engine;    ///< "[sqlite] …": only there; empty: everywhere
    std::string verb;
    std::string argument;  ///< the rest of the line, as written
};

/// A script file, see README.md beside it.
struct Script {
    std::string name;
    std::filesystem::path path;
    std::vector<std::string> engines = {"sqlite", "postgres"};
    std::vector<Step> steps;
    std::vector<std::pair<std::string, std::string>> files;  ///< "-- name --" blocks
};

/// Throws Error (invalid_input) naming the line.
Script read_script(const std::filesystem::path& path);
Script parse_script(std::string name, std::string_view text);

using Variables = std::map<std::string, std::string, std::less<>>;

/// Replaces "$NAME" for the names that are known; other dollars stay.
std::string expand(std::string_view text, const Variables& variables);
/// Splits into words at blanks; '…' and "…" hold one together.
std::vector<std::string> split_words(std::string_view text);

}  // namespace keel::scripts
