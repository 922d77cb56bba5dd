#include "ops/lint/formats.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/version.hpp"

namespace keel::lint {
namespace {

std::string_view sarif_level(Severity severity) noexcept {
    switch (severity) {
        case Severity::info:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::error:
            return "error";
    }
    return "none";
}

std::string_view github_command(Severity severity) noexcept {
    return severity == Severity::info ? "notice" : sarif_level(severity);
}

std::string escape_github(std::string_view text, bool is_property) {
    std::string out;
    for (const char c : text) {
        const bool is_special =
            c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','));
        out +=
            is_special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
    }
    return out;
}

std::string place_text(const SourcePosition& where) {
    std::string text = where.file;
    if (where.line > 0) text += fmt::format(":{}:{}", where.line, std::max(where.column, 1));
    if (where.statement > 0) text += fmt::format(" (statement {})", where.statement);
    return text;
}

Json text_json(std::string_view text) {
    return Json::object().set("text", text);
}

Json sarif_rule(const Rule& rule) {
    Json json = Json::object();
    json.set("id", rule.id).set("name", rule.name).set("shortDescription", text_json(rule.title));
    json.set("fullDescription", text_json(rule.why)).set("help", text_json(rule.instead));
    json.set("defaultConfiguration",
             Json::object().set("level", sarif_level(rule.severity)).set("enabled", !rule.opt_in));
    return json;
}

Json sarif_result(const Finding& finding, std::size_t index) {
    Json region = Json::object();
    region.set("startLine", std::max(finding.where.line, 1));
    region.set("startColumn", std::max(finding.where.column, 1));
    Json place = Json::object();
    place.set("artifactLocation", Json::object().set("uri", finding.where.file));
    place.set("region", std::move(region));
    Json result = Json::object();
    result.set("ruleId", finding.rule->id).set("ruleIndex", static_cast<std::int64_t>(index));
    result.set("level", sarif_level(finding.severity));
    result.set("message",
               text_json(fmt::format("{}. Instead: {}", finding.message, finding.instead)));
    result.set("locations",
               Json::array({Json::object().set("physicalLocation", std::move(place))}));
    return result;
}

}  // namespace

Json findings_json(std::span<const Finding> findings) {
    Json list = Json::array();
    for (const Finding& finding : findings) {
        Json json = Json::object();
        json.set("rule", finding.rule->id).set("name", finding.rule->name);
        json.set("severity", to_string(finding.severity)).set("file", finding.where.file);
        json.set("line", finding.where.line).set("column", finding.where.column);
        json.set("statement", finding.where.statement).set("message", finding.message);
        json.set("why", finding.rule->why).set("fix", finding.instead);
        json.set("fixable", !finding.edits.empty() && !finding.applied);
        json.set("applied", finding.applied);
        list.push_back(std::move(json));
    }
    return list;
}

std::string findings_text(std::span<const Finding> findings) {
    std::string text;
    for (const Finding& finding : findings) {
        if (!text.empty()) text += '\n';
        text += fmt::format("{} {} {}: {}\n", to_string(finding.severity), finding.rule->id,
                            finding.rule->name, finding.message);
        text += fmt::format("  at       {}\n", place_text(finding.where));
        text += fmt::format("  why      {}\n", finding.rule->why);
        text += fmt::format("  instead  {}\n", finding.instead);
        if (!finding.edits.empty() && !finding.applied) text += "  --fix    does it\n";
    }
    return text;
}

std::string findings_github(std::span<const Finding> findings) {
    std::string text;
    for (const Finding& finding : findings) {
        text += fmt::format(
            "::{} file={},line={},col={},title={}::{}\n", github_command(finding.severity),
            escape_github(finding.where.file, true), std::max(finding.where.line, 1),
            std::max(finding.where.column, 1),
            escape_github(fmt::format("{} {}", finding.rule->id, finding.rule->name), true),
            escape_github(fmt::format("{}\n{}\nInstead: {}", finding.message, finding.rule->why,
                                      finding.instead),
                          false));
    }
    return text;
}

Json findings_sarif(std::span<const Finding> findings) {
    const auto rules = all_rules();
    Json described = Json::array();
    for (const Rule& rule : rules) described.push_back(sarif_rule(rule));
    Json results = Json::array();
    for (const Finding& finding : findings)
        results.push_back(
            sarif_result(finding, static_cast<std::size_t>(finding.rule - rules.data())));
    Json driver = Json::object();
    driver.set("name", "keel").set("version", version()).set("rules", std::move(described));
    Json run = Json::object();
    run.set("tool", Json::object().set("driver", std::move(driver)));
    run.set("columnKind", "unicodeCodePoints").set("results", std::move(results));
    Json log = Json::object();
    log.set("$schema",
            "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
            "sarif-schema-2.1.0.json");
    return log.set("version", "2.1.0").set("runs", Json::array({std::move(run)}));
}

}  // namespace keel::lint
