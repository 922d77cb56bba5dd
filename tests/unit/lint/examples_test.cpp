#include "lint_world.hpp"
#include "ops/lint/formats.hpp"

namespace keel::lint {
namespace {

constexpr EngineKind engines[] = {EngineKind::postgres, EngineKind::sqlite};

std::vector<Finding> lint_with(const Rule& rule, EngineKind kind, std::string_view text) {
    LintWorld world(kind);
    if (rule.opt_in) world.settings.enabled.emplace(rule.id);
    world.given(example_schema(kind));
    world.pending(std::string(text));
    return world.lint();
}

}  // namespace

TEST_CASE("every rule that looks at files has a bad and a good example for each of its engines") {
    for (const Rule& rule : all_rules()) {
        CAPTURE(std::string(rule.id));
        for (const EngineKind kind : engines) {
            const bool wanted = is_in_scope(rule, kind) && !rule.needs_history;
            CHECK(example_of(rule, kind).bad.empty() != wanted);
            CHECK(example_of(rule, kind).good.empty() != wanted);
        }
    }
}

TEST_CASE("every rule finds its bad example") {
    for (const Rule& rule : all_rules()) {
        for (const EngineKind kind : engines) {
            const Example& example = example_of(rule, kind);
            if (example.bad.empty()) continue;
            const auto findings = lint_with(rule, kind, example.bad);
            CAPTURE(std::string(rule.id));
            CAPTURE(std::string(to_string(kind)));
            CAPTURE(ids_of(findings));
            CHECK(has_rule(findings, rule.id));
        }
    }
}

TEST_CASE("no rule finds anything in its good example") {
    for (const Rule& rule : all_rules()) {
        for (const EngineKind kind : engines) {
            const Example& example = example_of(rule, kind);
            if (example.good.empty()) continue;
            const auto findings = lint_with(rule, kind, example.good);
            CAPTURE(std::string(rule.id));
            CAPTURE(std::string(to_string(kind)));
            CAPTURE(ids_of(findings));
            CHECK_FALSE(has_rule(findings, rule.id));
            CHECK_FALSE(has_rule(findings, "X01"));
        }
    }
}

TEST_CASE("every finding has a place, a reason and something else to do") {
    for (const Rule& rule : all_rules()) {
        for (const EngineKind kind : engines) {
            if (example_of(rule, kind).bad.empty()) continue;
            for (const auto& finding : lint_with(rule, kind, example_of(rule, kind).bad)) {
                CAPTURE(std::string(rule.id));
                CHECK(finding.where.file.ends_with(".sql"));
                CHECK(finding.where.line > 0);
                CHECK_FALSE(finding.message.empty());
                CHECK_FALSE(finding.rule->why.empty());
                CHECK_FALSE(finding.instead.empty());
            }
        }
    }
}

TEST_CASE("ids and names of rules are unique, and found in any case") {
    for (const Rule& rule : all_rules()) {
        CAPTURE(std::string(rule.id));
        CHECK(find_rule(rule.id) == &rule);
        CHECK(find_rule(rule.name) == &rule);
        CHECK(find_rule(to_lower(rule.id)) == &rule);
    }
    CHECK(find_rule("no-such-rule") == nullptr);
}

}  // namespace keel::lint
