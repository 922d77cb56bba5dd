#include "config/sources.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "config/check_keys.hpp"
#include "config/locate.hpp"
#include "config/toml.hpp"

namespace keel {
namespace {

constexpr std::uint64_t largest_file = 4u << 20;

std::filesystem::path start_directory(const ProjectOverrides& overrides) {
    std::error_code failed;
    const auto current = std::filesystem::current_path(failed);
    if (failed)
        throw Error(ErrorKind::config, "the current directory does not exist any more")
            .with_hint("change to a directory that does");
    const auto start = (current / overrides.directory.value_or("")).lexically_normal();
    if (!std::filesystem::is_directory(start, failed))
        throw Error(ErrorKind::config,
                    fmt::format("'{}' is not a directory", overrides.directory->string()))
            .with_hint("-C takes the project's folder");
    // "/a/b/" has an empty file name, and would be its own parent's child once too often.
    return start.has_filename() || start == start.root_path() ? start : start.parent_path();
}

/// The name by which a file's positions are shown: as short as it stays unambiguous from `start`.
std::string shown_name(const std::filesystem::path& file, const std::filesystem::path& start) {
    return file.lexically_relative(start).string();
}

/// The file's text, or nothing when it is not there. An unreadable one is a finding.
std::optional<std::string> read_if_present(const std::filesystem::path& path, Sources& sources) {
    try {
        return read_file(path, largest_file);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::not_found) return std::nullopt;
        auto finding = to_finding(error, "config.unreadable");
        finding.where.file = shown_name(path, sources.start);
        finding.hint = "give this user the right to read it";
        sources.findings.push_back(std::move(finding));
        return std::nullopt;
    }
}

ConfigNode read_toml(const std::filesystem::path& path, Sources& sources) {
    const auto text = read_if_present(path, sources);
    if (!text) return {};
    try {
        auto tree = parse_toml(*text, shown_name(path, sources.start));
        auto findings = check_keys(tree);
        std::move(findings.begin(), findings.end(), std::back_inserter(sources.findings));
        return tree;
    } catch (const Error& error) {
        sources.findings.push_back(to_finding(error, "config.syntax"));
        return {};
    }
}

void read_dotenv(Sources& sources) {
    const auto path = sources.root / ".env";
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) return;
    const auto text = read_if_present(path, sources);
    if (!text) return;
    try {
        sources.variables.set_dotenv(parse_dotenv(*text, shown_name(path, sources.start)));
    } catch (const Error& error) {
        sources.findings.push_back(to_finding(error, "config.dotenv"));
    }
}

}  // namespace

Diagnostic to_finding(const Error& error, std::string rule) {
    return {Severity::error, std::move(rule), error.message(), error.hint(), error.where()};
}

Sources read_sources(const ProjectOverrides& overrides, const EnvironmentReader& process) {
    Sources sources(process);
    sources.start = start_directory(overrides);
    sources.root = sources.start;
    if (const auto found = find_project_file(sources.start, process)) {
        sources.file = *found;
        sources.root = found->parent_path();
        sources.local_file = sources.root / "keel.local.toml";
        sources.base = read_toml(sources.file, sources);
        sources.merged = merge(sources.base, read_toml(sources.local_file, sources));
    }
    read_dotenv(sources);
    return sources;
}

}  // namespace keel
