#include <fmt/format.h>

#include <algorithm>

#include "ops/lint/formats.hpp"

namespace keel::lint {
namespace {

std::string_view scope_text(Scope scope) noexcept {
    switch (scope) {
        case Scope::both:
            return "PostgreSQL and SQLite";
        case Scope::postgres:
            return "PostgreSQL";
        case Scope::sqlite:
            return "SQLite";
    }
    return "";
}

/// Paragraphs of at most so many columns, as the other pages are.
std::string wrapped(std::string_view text) {
    constexpr std::size_t width = 118;
    std::string out;
    while (text.size() > width) {
        const auto cut = text.rfind(' ', width);
        if (cut == std::string_view::npos || cut == 0) break;
        out += text.substr(0, cut);
        out += '\n';
        text.remove_prefix(cut + 1);
    }
    return out += text;
}

void add_example(std::string& page, std::string_view title, std::string_view text) {
    if (!text.empty()) page += fmt::format("\n{}\n\n```sql\n{}\n```\n", title, text);
}

void add_examples(std::string& page, std::string_view engine, const Example& example) {
    if (example.bad.empty()) return;
    page += fmt::format("\n## Example ({})\n", engine);
    add_example(page, "Reported:", example.bad);
    add_example(page, "Not reported:", example.good);
}

std::string_view example_of_history(std::string_view id) noexcept {
    if (id == "H01")
        return "\n## Example\n\nReported: `20260105_tags.sql` on a branch, where the base branch, "
               "or the "
               "database, already has\n`20260110_orders.sql`. Not reported: `20260111_tags.sql`.\n";
    if (id == "H02")
        return "\n## Example\n\nReported: a column added to the text of a migration that is "
               "applied. Not "
               "reported: the same column added by\na new migration.\n";
    return "\n## Example\n\nReported: `7_tags.sql` beside `007_labels.sql`. Not reported: "
           "`7_tags.sql` beside "
           "`8_labels.sql`.\n";
}

}  // namespace

std::string rule_page(const Rule& rule) {
    std::string page =
        fmt::format("# {}: {}\n\nA migration that {}.\n\n", rule.id, rule.name, rule.title);
    page += fmt::format("| for | severity | by default |\n|---|---|---|\n| {} | {}{} | {} |\n",
                        scope_text(rule.scope), to_string(rule.severity),
                        rule.by_rows ? ", by the rows of the table" : "",
                        rule.opt_in ? "off: `enable` in `[lint]`" : "on");
    page += fmt::format("\n## Why\n\n{}\n\n## Instead\n\n{}\n", wrapped(rule.why),
                        wrapped(rule.instead));
    add_examples(page, "PostgreSQL", rule.postgres);
    add_examples(page, "SQLite", rule.sqlite);
    if (rule.needs_history) page += example_of_history(rule.id);
    const bool repairs = [&] {
        constexpr std::string_view fixable[] = {"L01", "L02", "L03", "L04", "L05", "T04",
                                                "S02", "S03", "S04", "Q07", "Q09"};
        return std::ranges::find(fixable, rule.id) != std::end(fixable);
    }();
    if (repairs)
        page +=
            "\n`keel migrate lint --fix` rewrites it where that is plain: in a migration that is "
            "not "
            "applied, and where nothing\nelse in the file depends on it.\n";
    return page;
}

std::string rule_index() {
    std::string page;
    for (const RuleGroup& group : rule_groups()) {
        page += fmt::format(
            "\n## {}: {}\n\n| rule | name | for | severity | a migration that |\n"
            "|---|---|---|---|---|\n",
            group.letter, group.title);
        for (const Rule& rule : all_rules()) {
            if (rule.id.front() != group.letter) continue;
            page += fmt::format("| [{}]({}.md) | {} | {} | {}{} | {} |\n", rule.id, rule.id,
                                rule.name, scope_text(rule.scope), to_string(rule.severity),
                                rule.opt_in ? ", off" : "", rule.title);
        }
    }
    return page;
}

Json rules_json() {
    Json list = Json::array();
    for (const Rule& rule : all_rules()) {
        Json json = Json::object();
        json.set("rule", rule.id).set("name", rule.name).set("severity", to_string(rule.severity));
        json.set("title", rule.title).set("enabled", !rule.opt_in);
        list.push_back(std::move(json));
    }
    return list;
}

}  // namespace keel::lint
