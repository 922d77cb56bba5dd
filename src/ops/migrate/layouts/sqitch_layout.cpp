#include <fmt/format.h>

#include "base/error.hpp"
#include "ops/migrate/layouts/assemble.hpp"
#include "ops/migrate/layouts/foreign_layouts.hpp"
#include "ops/migrate/layouts/sqitch_plan.hpp"

namespace keel {
namespace {

namespace fs = std::filesystem;

/// Where a sqitch project keeps what.
class SqitchProject {
  public:
    explicit SqitchProject(const MigrationFolder& folder) : folder_(folder) {
        read_configuration();
        top_ = folder.directory;
        plan_ = top_ / "sqitch.plan";
        if (file_exists(plan_)) return;
        const auto own = setting("top_dir", "");
        if (!own.empty()) top_ = base_ / own;
        plan_ = base_ / setting("plan_file", (top_ / "sqitch.plan").native());
    }

    fs::path plan() const { return plan_; }
    fs::path script(std::string_view kind, const std::string& name) const {
        const std::string directory = setting(fmt::format("{}_dir", kind), "");
        const fs::path below = directory.empty() ? top_ / kind : base_ / directory;
        return below / (name + "." + setting("extension", "sql"));
    }
    bool verifies() const {
        const auto found = settings_.find("deploy.verify");
        return found != settings_.end() && (found->second == "true" || found->second == "1");
    }

  private:
    void read_configuration() {
        for (const fs::path& base : {folder_.directory, folder_.root}) {
            const SourceFile file = source_file(folder_, base / "sqitch.conf");
            if (!file_exists(file.path)) continue;
            settings_ = parse_sqitch_configuration(read_source(file));
            base_ = base;
            return;
        }
        base_ = folder_.directory;
    }

    /// What is said for the engine counts more than what is said for all.
    std::string setting(const std::string& key, const std::string& fallback) const {
        const bool is_sqlite = folder_.engine == EngineKind::sqlite;
        for (const std::string& section :
             {std::string(is_sqlite ? "engine.sqlite" : "engine.pg"), std::string("core")}) {
            const auto found = settings_.find(section + "." + key);
            if (found != settings_.end()) return found->second;
        }
        return fallback;
    }

    const MigrationFolder& folder_;
    std::map<std::string, std::string> settings_;
    fs::path base_;
    fs::path top_;
    fs::path plan_;
};

/// The file of a change: once it was reworked, the older one is name@tag.sql, with one of the tags
/// in between.
std::optional<SourceFile> find_script(const SqitchProject& project, const MigrationFolder& folder,
                                      const SqitchChange& change, std::string_view kind) {
    std::vector<std::string> names;
    if (change.is_last) names.push_back(change.name);
    for (const std::string& tag : change.tags)
        if (!change.is_last) names.push_back(change.name + "@" + tag);
    for (const std::string& name : names) {
        const fs::path path = project.script(kind, name);
        if (file_exists(path)) return source_file(folder, path);
    }
    return std::nullopt;
}

Migration read_change(const SqitchProject& project, const MigrationFolder& folder,
                      const SqitchChange& change, const std::string& plan) {
    const auto deploy = find_script(project, folder, change, "deploy");
    if (!deploy)
        throw Error(
            ErrorKind::not_found,
            fmt::format("the plan names '{}', and its deploy script is not there", change.name))
            .with_hint(fmt::format(
                "bring it back: {}",
                shown_path(project.script("deploy", change.is_last
                                                        ? change.name
                                                        : change.name + "@" + change.tags.front()),
                           folder.root)))
            .at({.file = plan, .line = change.line, .column = 1});
    MigrationParts parts{.version = change.occurrence == 1
                                        ? change.name
                                        : fmt::format("{}~{}", change.name, change.occurrence)};
    parts.up = deploy;
    parts.down = find_script(project, folder, change, "revert");
    if (project.verifies()) parts.verify = find_script(project, folder, change, "verify");
    Migration migration = assemble(parts);
    for (MigrationSection& section : migration.verify) section.judged_by_errors = true;
    return migration;
}

class SqitchLayout final : public MigrationLayout {
  public:
    std::string_view name() const noexcept override { return "sqitch"; }

    std::vector<Migration> read(const MigrationFolder& folder) const override {
        static_cast<void>(list_folder(folder));  // says so when there is none
        const SqitchProject project(folder);
        const SourceFile plan = source_file(folder, project.plan());
        if (!file_exists(plan.path))
            throw Error(ErrorKind::not_found, fmt::format("there is no plan '{}'", plan.shown))
                .with_hint("say where the folder with sqitch.plan is: --migrations DIR");
        std::vector<Migration> migrations;
        for (const SqitchChange& change : parse_sqitch_plan(read_source(plan), plan.shown).changes)
            migrations.push_back(read_change(project, folder, change, plan.shown));
        return migrations;
    }

    std::vector<NewFile> new_files(std::string_view, std::string_view name) const override {
        throw Error(ErrorKind::unsupported, "a sqitch change also has a line in the plan")
            .with_hint(fmt::format("make it with: sqitch add {}", name));
    }
};

}  // namespace

const MigrationLayout& sqitch_layout() {
    static const SqitchLayout layout;
    return layout;
}

}  // namespace keel
