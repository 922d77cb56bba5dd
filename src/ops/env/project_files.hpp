#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/database_url.hpp"

namespace keel {

/// What `keel init` is told, or has asked for.
struct NewProject {
    std::string name;
    std::string environment;  ///< normalised
    EngineKind engine = EngineKind::sqlite;
    std::string address;                        ///< as written; empty when a variable gives it
    std::string variable;                       ///< its name then
    std::optional<std::string> secret_address;  ///< goes into .env under `variable`
};

/// The text of a first keel.toml.
std::string project_file_text(const NewProject& project);

/// The lines that `gitignore` lacks of those that a Keel project wants; empty when it has them all.
std::vector<std::string> missing_ignore_lines(std::string_view gitignore, EngineKind engine);

/// `text` with lines added at its end, a line end before them where it lacks one.
std::string with_lines(std::string text, const std::vector<std::string>& lines);

/// NAME='value' as a .env file reads it back.
std::string dotenv_line(std::string_view name, std::string_view value);

}  // namespace keel
