#include "ops/kit/guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::array<std::string_view, 3> agreeing = {"y", "yes", "Y"};

Decision wrong_confirmation(const GuardRequest& request) {
    return {.verdict = Verdict::refuse,
            .reason = fmt::format("--confirm says '{}', but the environment is '{}'",
                                  escape_controls(request.invocation.confirm), request.environment),
            .hint = "check which environment you mean: keel env show --explain"};
}

Decision decide_protected(const GuardRequest& request, bool can_ask) {
    const auto& invocation = request.invocation;
    switch (request.lowers_protection ? Effect::destructive : request.spec.effect) {
        case Effect::read:
        case Effect::write:
            return {};
        case Effect::schema:
            if (invocation.confirm == request.environment) return {};
            if (!invocation.confirm.empty()) return wrong_confirmation(request);
            if (can_ask) return {.verdict = Verdict::ask_name};
            return {.verdict = Verdict::refuse,
                    .reason = fmt::format("'{}' is protected, and there is no terminal to confirm "
                                          "'{}' at",
                                          request.environment, request.spec.name),
                    .hint = fmt::format("add --confirm {}", request.environment)};
        case Effect::destructive:
            if (can_ask) return {.verdict = Verdict::ask_name};
            return {
                .verdict = Verdict::refuse,
                .reason =
                    fmt::format("'{}' is destructive and '{}' is protected: no flag allows it",
                                request.spec.name, request.environment),
                .hint =
                    "run it in a terminal and type the environment's name, or make a plan (keel "
                    "plan COMMAND) and apply it"};
    }
    return {.verdict = Verdict::refuse};
}

Decision decide_unprotected(const GuardRequest& request, bool can_ask) {
    const auto& invocation = request.invocation;
    if (request.spec.effect != Effect::destructive || !request.spec.asks_everywhere) return {};
    if (!invocation.confirm.empty() && invocation.confirm != request.environment) {
        return wrong_confirmation(request);
    }
    if (invocation.yes || !invocation.confirm.empty()) return {};
    if (can_ask) return {.verdict = Verdict::ask_yes};
    return {.verdict = Verdict::refuse,
            .reason = fmt::format("'{}' is destructive, and there is no terminal to ask at",
                                  request.spec.name),
            .hint = fmt::format("add --yes, or --confirm {}", request.environment)};
}

std::string target(const GuardRequest& request) {
    return fmt::format("{} on '{}'", request.spec.name, request.environment);
}

std::string describe_plan(const GuardRequest& request) {
    std::string text;
    if (request.plan == nullptr) return text;
    for (const auto& step : request.plan->steps) {
        text += fmt::format("  {} {}{}\n", step.destructive ? "!" : "-", escape_controls(step.step),
                            step.detail.empty() ? "" : ": " + escape_controls(step.detail));
        for (const auto& line : step.figures) {
            text += fmt::format("      {}\n", escape_controls(line));
        }
    }
    return text;
}

void require_answer(const GuardRequest& request, Interaction& interaction,
                    std::string_view question, std::span<const std::string_view> wanted) {
    const auto answer = interaction.ask(question);
    if (answer && std::find(wanted.begin(), wanted.end(), trim(*answer)) != wanted.end()) return;
    throw Error(ErrorKind::refused, fmt::format("{} was not confirmed", target(request)))
        .with_hint("nothing was changed");
}

}  // namespace

Decision decide(const GuardRequest& request, bool can_ask) {
    if (request.has_plan_file) return {};
    can_ask = can_ask && !request.invocation.no_input;
    return request.is_protected ? decide_protected(request, can_ask)
                                : decide_unprotected(request, can_ask);
}

void refuse_protected_in_tests(const GuardRequest& request) {
    if (!request.is_testing || !request.is_protected || request.spec.effect == Effect::read) return;
    throw Error(ErrorKind::refused,
                fmt::format("this is a test run, and '{}' is protected: {} may not change it",
                            request.environment, request.spec.name))
        .with_hint("choose a test environment with -e, or unset KEEL_TESTING");
}

void refuse_mismatch(const OperationSpec& spec, const MarkerCheck& check) {
    if (spec.effect == Effect::read || spec.ignores_marker) return;
    if (check.state != MarkerState::mismatch && check.state != MarkerState::copy) return;
    throw Error(ErrorKind::refused, check.explanation)
        .with_hint(
            "check the URL (keel config show --origin); if the configuration is right, say "
            "so with: keel env adopt");
}

void guard(const GuardRequest& request, Interaction& interaction) {
    const auto decision = decide(request, interaction.can_ask());
    switch (decision.verdict) {
        case Verdict::allow:
            return;
        case Verdict::refuse:
            throw Error(ErrorKind::refused, decision.reason).with_hint(decision.hint);
        case Verdict::ask_yes:
            interaction.banner(
                fmt::format("{} will:\n{}", target(request), describe_plan(request)));
            require_answer(request, interaction, "Go on? [y/N] ", agreeing);
            return;
        case Verdict::ask_name:
            interaction.banner(
                fmt::format("{} (protected) will:\n{}", target(request), describe_plan(request)));
            require_answer(request, interaction,
                           fmt::format("Type the name of the environment ({}) to go on: ",
                                       request.environment),
                           std::array<std::string_view, 1>{request.environment});
            return;
    }
}

}  // namespace keel
