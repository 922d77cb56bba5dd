#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/context.hpp"
#include "ops/lint/finding.hpp"

namespace keel::lint {

/// What the project says about rules: [lint] in keel.toml.
struct LintSettings {
    std::set<std::string, std::less<>> ignored;  ///< ids
    std::set<std::string, std::less<>> enabled;  ///< ids of rules that are off by default
    std::set<std::string, std::less<>> errors;   ///< ids whose findings are errors
    std::string since;                           ///< versions below it are not looked at
};

/// What is known of the database that the migrations are for; nothing has to be.
struct LiveKnowledge {
    Connection* connection = nullptr;
    Catalog catalog;  ///< with estimates of rows
    bool is_protected = false;
};

struct LintRequest {
    const Engine& engine;
    std::span<const Migration> files;  ///< all of them, in their order
    /// Whether findings are wanted of this file (by its number).
    std::function<bool(int)> wants;
    std::function<bool(int)> is_applied;
    /// A file's whole text, for ignores above its first section; empty when it cannot be had.
    std::function<std::string(const std::filesystem::path&)> text_of;
    LintSettings settings;
    LiveKnowledge live;
    Provenance provenance;
    std::string today;
    const Context& context;
};

/// Plays all files in their order on a model of the schema (and on a scratch database where the
/// engine has one), and says what the rules find in those that are wanted. Findings are in the
/// order of the files and lines. Only reads.
std::vector<Finding> run_lint(const LintRequest& request);

}  // namespace keel::lint
