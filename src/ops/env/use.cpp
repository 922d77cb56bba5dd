#include "ops/env/use.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

std::string shown_path(const Project& project, const std::filesystem::path& file) {
    return file.lexically_relative(project.root()).string();
}

class Use final : public Operation {
  public:
    Plan plan(OperationContext& context) override {
        const auto& project = context.project();
        const auto& name = context.choice().name;
        places_ = {shown_path(project, project.state_directory() / "environment")};
        for (const auto& file : project.state_files()) places_.push_back(shown_path(project, file));
        Plan plan;
        for (const auto& place : places_)
            plan.steps.push_back({fmt::format("select '{}'", name), place, false});
        return plan;
    }

    void apply(OperationContext& context, Report& report) override {
        const auto& project = context.project();
        const auto& name = context.choice().name;
        const bool is_protected = project.is_protected(name);
        const auto now = context.context().clock.now();
        project.persist_selection(name, now);
        report.result.set("name", name)
            .set("kind", to_string(project.kind_of(name)))
            .set("protected", is_protected)
            .set("written", Json::from(places_))
            .set("expires_at",
                 is_protected ? Json(format_utc(now + protected_selection_lifetime)) : Json());
        auto line = fmt::format("'{}' is the active environment", name);
        if (is_protected)
            line += fmt::format("; it is protected and forgotten in {} minutes",
                                protected_selection_lifetime.count());
        report.body.emplace_back(MarkedLine{Mark::ok, std::move(line)});
    }

    /// A variable that says otherwise still wins: better said now than found out later.
    void verify(OperationContext& context, Report& report) override {
        const auto active = context.active_choice();
        const auto& name = context.choice().name;
        if (active.name == name) return;
        report.warnings.push_back(
            fmt::format("{} says '{}' and wins over the selection", active.source, active.name));
        report.next_steps.push_back(active.source == "--env"
                                        ? "keel env show --explain"
                                        : fmt::format("unset {}", active.source));
    }

  private:
    std::vector<std::string> places_;
};

}  // namespace

std::unique_ptr<Operation> make_env_use(const OptionValues&) {
    return std::make_unique<Use>();
}

}  // namespace keel
