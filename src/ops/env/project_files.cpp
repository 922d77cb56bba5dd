#include "ops/env/project_files.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace keel {
namespace {

std::string toml_string(std::string_view text) {
    return "\"" + replace_all(replace_all(text, "\\", "\\\\"), "\"", "\\\"") + "\"";
}

}  // namespace

std::string project_file_text(const NewProject& project) {
    const auto url = project.address.empty()
                         ? fmt::format("{{ env = {} }}", toml_string(project.variable))
                         : toml_string(replace_all(project.address, "${", "$${"));
    return fmt::format(
        R"(# Every key is explained by: keel config schema, and checked by: keel config check
[project]
name = {}
default = {}

[environments.{}]
url = {}

[migrations]
directory = "migrations"

[backup]
repository = "backups"
)",
        toml_string(project.name), toml_string(project.environment), project.environment, url);
}

std::vector<std::string> missing_ignore_lines(std::string_view gitignore, EngineKind engine) {
    std::vector<std::string> wanted = {".keel/", "keel.local.toml", ".env", "backups/"};
    if (engine == EngineKind::sqlite) wanted.insert(wanted.end(), {"*.db", "*.db-wal", "*.db-shm"});
    for (const auto& line : split(gitignore, '\n')) std::erase(wanted, std::string(trim(line)));
    return wanted;
}

std::string with_lines(std::string text, const std::vector<std::string>& lines) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    for (const auto& line : lines) text += line + '\n';
    return text;
}

std::string dotenv_line(std::string_view name, std::string_view value) {
    // Addresses hold no line breaks; a quote in one is percent-encoded or escaped by the writer.
    if (value.find('\'') == std::string_view::npos) return fmt::format("{}='{}'", name, value);
    auto escaped = replace_all(value, "\\", "\\\\");
    escaped = replace_all(replace_all(escaped, "\"", "\\\""), "${", "\\${");
    return fmt::format("{}=\"{}\"", name, escaped);
}

}  // namespace keel
