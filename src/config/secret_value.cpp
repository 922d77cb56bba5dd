#include "config/secret_value.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstring>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::size_t longest_secret = 64 * 1024;

[[noreturn]] void fail(std::string message, std::string hint, const SourcePosition& where) {
    throw Error(ErrorKind::config, std::move(message)).with_hint(std::move(hint)).at(where);
}

Secret without_line_end(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return Secret(std::move(text));
}

/// As libpq has it for password files: nobody but the owner, or root's group. Container runtimes
/// mount what they call secrets readable for all, inside a file system that is the container's own.
void check_permissions(const std::filesystem::path& path, const SourcePosition& where) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0)
        fail(fmt::format("cannot read the secret file '{}': {}", path.string(),
                         std::strerror(errno)),
             "check the path; it is relative to the folder of keel.toml", where);
    if (!S_ISREG(status.st_mode))
        fail(fmt::format("the secret file '{}' is not a regular file", path.string()),
             "name the file itself", where);
    if (path.string().starts_with("/run/secrets/")) return;
    const mode_t open = status.st_uid == 0 ? S_IWGRP | S_IRWXO : S_IRWXG | S_IRWXO;
    if ((status.st_mode & open) != 0)
        fail(fmt::format("the secret file '{}' can be read or changed by others", path.string()),
             fmt::format("run: chmod 600 {}", path.string()), where);
}

Secret read_secret_file(const ConfigNode& source, const SecretPlaces& places) {
    const auto path = places.root / places.variables.expand(source.text, source.where);
    check_permissions(path, source.where);
    try {
        return without_line_end(read_file(path, longest_secret));
    } catch (const Error& error) {
        fail(fmt::format("cannot read the secret file '{}': {}", path.string(), error.message()),
             "it must be readable for this user and hold one line", source.where);
    }
}

std::filesystem::path locate_program(const ConfigNode& word, const SecretPlaces& places) {
    if (word.text.find('/') != std::string::npos)
        return std::filesystem::absolute(places.root / word.text).lexically_normal();
    if (auto found = find_program(word.text)) return *found;
    fail(fmt::format("the secret's command '{}' is not in PATH", escape_controls(word.text)),
         "install it, or name it with its folder", word.where);
}

/// The last line of what the program said, without anything that it also gave as the secret.
std::string last_words(const ProcessResult& result, const std::string& output) {
    const auto said = trim(result.error_output);
    const auto line = said.substr(said.rfind('\n') + 1);
    return escape_controls(without_line_end(output).redact(line.substr(0, 200)));
}

Secret run_secret_command(const ConfigNode& source, const SecretPlaces& places) {
    if (!places.may_run_commands)
        fail("keel.toml belongs to another user, so its commands are not run",
             "own the file, or take the secret from { env = } or { file = }", source.where);
    ProcessOptions options;
    options.program = locate_program(source.items.front(), places);
    for (std::size_t at = 1; at < source.items.size(); ++at)
        options.arguments.push_back(source.items[at].text);
    std::string output;
    const auto name = escape_controls(source.items.front().text);
    try {
        const auto result = run_process(options, [&](std::span<const std::byte> bytes) {
            if (output.size() <= longest_secret) output += as_text(bytes);
        });
        if (result.status != 0)
            fail(fmt::format("the secret's command '{}' ended with status {}", name, result.status),
                 last_words(result, output), source.where);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::config) throw;
        fail(fmt::format("the secret's command '{}' cannot be run: {}", name, error.message()),
             "name a program that this user may execute", source.where);
    }
    if (output.size() > longest_secret)
        fail(fmt::format("the secret's command '{}' wrote more than a secret", name),
             "it must write the secret, and nothing else, to its standard output", source.where);
    return without_line_end(std::move(output));
}

Secret fetch(const ConfigNode& value, const SecretPlaces& places) {
    if (value.is_text()) return Secret(places.variables.expand(value.text, value.where));
    const auto& [key, where, source] = value.members.front();
    if (key == "file") return read_secret_file(source, places);
    if (key == "command") return run_secret_command(source, places);
    if (auto found = places.variables.get(source.text)) return without_line_end(*found);
    fail(fmt::format("variable '{}' is not set", source.text),
         "set it in the environment or in .env", source.where);
}

}  // namespace

Secret fetch_secret(const ConfigNode& value, const SecretPlaces& places) {
    auto secret = fetch(value, places);
    if (secret.empty())
        fail("the secret is empty", "see where it comes from: a variable, a file or a command",
             value.where);
    return secret;
}

std::string describe_reference(const ConfigNode& value) {
    const auto& [key, where, source] = value.members.front();
    if (source.is_text()) return fmt::format("{{ {} = \"{}\" }}", key, source.text);
    // The arguments may say more than is good to print.
    return fmt::format("{{ {} = [\"{}\", …] }}", key, source.items.front().text);
}

}  // namespace keel
