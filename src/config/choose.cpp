#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/project_state.hpp"
#include "config/selection.hpp"

namespace keel {
namespace {

/// A source that names an environment, strongest first in their list.
struct Candidate {
    std::string source;
    std::string value;  ///< as written
};

void add_variables(const ProjectState& state, std::vector<Candidate>& candidates) {
    std::vector<std::string> names = {"KEEL_ENV"};
    const auto* project = state.sources.merged.find("project");
    if (const auto* aliases = project ? project->find("environment_variables") : nullptr)
        for (const auto& alias : aliases->items) names.push_back(alias.text);
    for (const auto& name : names)
        if (auto value = state.sources.variables.get(name)) candidates.push_back({name, *value});
}

/// A selection of a protected environment that is too old, or from the future, does not count.
bool has_expired(const ProjectState& state, const Selection& selection, TimePoint now) {
    const auto name = normalize_environment_name(selection.name);
    if (!state.table.knows(name) || !state.table.is_protected(name)) return false;
    return now < selection.at || now - selection.at > protected_selection_lifetime;
}

/// A selection that cannot be read stands in nobody's way who says the environment otherwise, as
/// `keel env use` does to write a new one.
std::optional<Selection> read_selection_unless(const ProjectState& state, bool is_decided) {
    try {
        return read_selection(state.sources.root / ".keel", state.state_files);
    } catch (const Error&) {
        if (!is_decided) throw;
        return std::nullopt;
    }
}

void add_selection(ProjectState& state, TimePoint now, std::vector<Candidate>& candidates) {
    const auto selection = read_selection_unless(state, !candidates.empty());
    if (!selection) return;
    if (!has_expired(state, *selection, now)) {
        candidates.push_back({selection->source, selection->name});
        return;
    }
    state.warn(
        fmt::format("the selection of '{}' ({}) has expired: protected environments are "
                    "forgotten after {} minutes",
                    selection->name, selection->source, protected_selection_lifetime.count()));
}

void add_default(const ProjectState& state, std::vector<Candidate>& candidates) {
    const auto* project = state.sources.merged.find("project");
    if (const auto* name = project ? project->find("default") : nullptr)
        candidates.push_back({"project default", name->text});
    candidates.push_back({"built-in default", "dev"});
}

void require_some_environment(const ProjectState& state, const Candidate& winner) {
    if (winner.source != "built-in default" || state.table.knows("dev")) return;
    throw Error(ErrorKind::config, "no environment is chosen, and the project has no 'dev'")
        .with_hint(fmt::format("choose with -e or KEEL_ENV, or set [project] default; known: {}",
                               join(state.table.names(), ", ")));
}

}  // namespace

void require_known(const ProjectState& state, std::string_view name, std::string_view source) {
    if (state.table.knows(normalize_environment_name(name))) return;
    const auto known = state.table.names();
    throw Error(ErrorKind::config,
                fmt::format("unknown environment '{}'{}{}", escape_controls(trim(name)),
                            source.empty() ? "" : fmt::format(" from {}", source),
                            did_you_mean(normalize_environment_name(name), known)))
        .with_hint(fmt::format("known: {}", join(known, ", ")));
}

EnvironmentChoice choose(ProjectState& state, TimePoint now) {
    std::vector<Candidate> candidates;
    if (state.overrides.environment) candidates.push_back({"--env", *state.overrides.environment});
    const auto ambient = candidates.size();
    add_variables(state, candidates);
    add_selection(state, now, candidates);
    add_default(state, candidates);

    const auto& winner = candidates.front();
    EnvironmentChoice choice;
    choice.name = normalize_environment_name(winner.value);
    choice.source = winner.source;
    // An address of its own needs no environment that is configured, but one that is named must be.
    if (!state.overrides.database) require_some_environment(state, winner);
    if (winner.source != "built-in default") require_known(state, winner.value, winner.source);
    if (state.overrides.database) {
        choice.source = "--database";
        if (winner.source != "built-in default")
            choice.shadowed.push_back({winner.source, choice.name});
    }
    for (std::size_t at = 1; at + 1 < candidates.size(); ++at)
        choice.shadowed.push_back(
            {candidates[at].source, normalize_environment_name(candidates[at].value)});
    state.chosen = choice.name;
    state.ambient = normalize_environment_name(candidates[ambient].value);
    return choice;
}

}  // namespace keel
