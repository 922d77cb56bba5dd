#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "config/project.hpp"
#include "support/temporary_directory.hpp"

namespace keel {

/// A project's folder, made up for one test, and an environment of variables to see it with.
class ProjectFixture {
  public:
    ProjectFixture() { std::filesystem::create_directory(path(".git")); }

    std::filesystem::path path(std::string_view name = "") const {
        return name.empty() ? directory_.path() : directory_.path() / name;
    }
    void write(std::string_view name, std::string_view text) const {
        std::filesystem::create_directories(path(name).parent_path());
        std::ofstream(path(name), std::ios::binary) << text;
    }
    std::string read(std::string_view name) const {
        std::ifstream file(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    EnvironmentReader reader() const {
        return [values = variables](std::string_view name) -> std::optional<std::string> {
            const auto found = values.find(std::string(name));
            if (found == values.end()) return std::nullopt;
            return found->second;
        };
    }
    ProjectOverrides overridden() const {
        auto result = overrides;
        if (!result.directory) result.directory = path();
        return result;
    }
    Project load() const { return Project::load(overridden(), reader()); }
    std::vector<Diagnostic> check() const { return Project::check(overridden(), reader()); }

    /// The environment that is chosen now, resolved.
    Environment resolve() const {
        const auto project = load();
        return project.environment(project.choose_environment(now).name);
    }
    /// What `action` throws; the test fails when it throws nothing.
    template <typename Action>
    static Error failure(const Action& action) {
        try {
            action();
        } catch (const Error& error) {
            return error;
        }
        FAIL("nothing was thrown");
        return {ErrorKind::internal, ""};
    }
    Error load_failure() const {
        return failure([this] { load(); });
    }
    Error resolve_failure() const {
        return failure([this] { resolve(); });
    }

    std::map<std::string, std::string> variables;
    ProjectOverrides overrides;
    TimePoint now = parse_utc("2026-11-20T07:15:00Z");

  private:
    TemporaryDirectory directory_;
};

}  // namespace keel
