#pragma once

#include <filesystem>
#include <vector>

#include "config/node.hpp"
#include "config/project.hpp"
#include "config/variables.hpp"

namespace keel {

/// The files of a project as they were read: nothing in them has been interpreted yet.
struct Sources {
    explicit Sources(const EnvironmentReader& process) : variables(process) {}

    std::filesystem::path start;  ///< where the command was asked to work; absolute
    std::filesystem::path root;   ///< folder of keel.toml, else `start`
    std::filesystem::path file;   ///< keel.toml; empty when there is none
    std::filesystem::path local_file;
    ConfigNode base;    ///< keel.toml alone
    ConfigNode merged;  ///< with keel.local.toml over it
    Variables variables;
    std::vector<Diagnostic> findings;  ///< of the syntax and of the table of keys
};

/// Reads keel.toml, keel.local.toml and .env. Mistakes in them are findings; only a start directory
/// that is none is thrown (ErrorKind::config).
Sources read_sources(const ProjectOverrides& overrides, const EnvironmentReader& process);

/// An Error as a finding.
Diagnostic to_finding(const Error& error, std::string rule);

}  // namespace keel
