#include "ops/lint/ignores.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace keel::lint {
namespace {

constexpr std::string_view marker = "keel:ignore";

/// Takes the next word, or name="value with blanks", off the front.
std::string take_word(std::string_view& rest) {
    rest = rest.substr(std::min(rest.find_first_not_of(" \t,\r"), rest.size()));
    std::string word;
    bool quoted = false;
    while (!rest.empty()) {
        const char c = rest.front();
        const bool ends = !quoted && (c == ' ' || c == '\t' || c == ',' || c == '\r');
        if (ends) break;
        if (c == '"')
            quoted = !quoted;
        else
            word += c;
        rest.remove_prefix(1);
    }
    return word;
}

bool is_date(std::string_view text) noexcept {
    if (text.size() != 10) return false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_dash = at == 4 || at == 7;
        const bool is_digit = text[at] >= '0' && text[at] <= '9';
        if (is_dash ? text[at] != '-' : !is_digit) return false;
    }
    return true;
}

void add_rule(Ignore& ignore, const std::string& word) {
    if (const Rule* rule = find_rule(word)) {
        ignore.rules.push_back(rule);
        return;
    }
    std::vector<std::string> known;
    for (const Rule& rule : all_rules()) {
        known.emplace_back(rule.id);
        known.emplace_back(rule.name);
    }
    ignore.fault = fmt::format("there is no rule '{}'{}", word, did_you_mean(word, known));
}

void check(Ignore& ignore, std::string_view today) {
    if (!ignore.fault.empty()) return;
    if (ignore.rules.empty())
        ignore.fault = "it names no rule";
    else if (trim(ignore.reason).empty())
        ignore.fault = "it gives no reason: reason=\"…\"";
    else if (!ignore.until.empty() && !is_date(ignore.until))
        ignore.fault = fmt::format("'{}' is no day: until=2027-01-31", ignore.until);
    else if (!ignore.until.empty() && ignore.until < today)
        ignore.fault = fmt::format("it held until {}", ignore.until);
}

Ignore parse(std::string_view rest, int line, std::string_view today) {
    Ignore ignore;
    ignore.line = line;
    if (rest.starts_with("-file")) {
        ignore.whole_file = true;
        rest.remove_prefix(5);
    }
    for (std::string word = take_word(rest); !word.empty(); word = take_word(rest)) {
        if (word.starts_with("reason="))
            ignore.reason = word.substr(7);
        else if (word.starts_with("until="))
            ignore.until = word.substr(6);
        else
            add_rule(ignore, word);
    }
    check(ignore, today);
    return ignore;
}

/// First and last line of the statement that an ignore at `line` covers; nothing when none comes.
std::pair<int, int> covered_lines(const JudgedFile& file, const std::string& path, int line) {
    std::pair<int, int> next{0, 0};
    for (const auto* list : {&file.up, &file.down}) {
        for (const auto& statement : *list) {
            const auto text = statement.statement.text;
            const SourcePosition begin = statement.locate(*file.migration, 0);
            if (begin.file != path) continue;
            const int first = begin.line;
            const int last = first + static_cast<int>(std::ranges::count(text, '\n'));
            if (first <= line && line <= last) return {first, last};
            if (first > line && (next.first == 0 || first < next.first)) next = {first, last};
        }
    }
    return next;
}

Finding about(const Ignore& ignore, const JudgedFile& file, const std::string& path,
              std::string_view id, std::string message) {
    const Rule* rule = find_rule(id);
    return {.rule = rule,
            .severity = rule->severity,
            .where = {.file = path, .line = ignore.line, .column = 1},
            .message = std::move(message),
            .instead = std::string(rule->instead),
            .applied = file.applied,
            .migration = file.migration};
}

}  // namespace

std::vector<Ignore> read_ignores(std::string_view text, std::string_view today) {
    std::vector<Ignore> ignores;
    if (text.find(marker) == std::string_view::npos) return ignores;
    int number = 0;
    while (!text.empty()) {
        ++number;
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto comment = line.find("--");
        const auto at = comment == std::string_view::npos ? comment : line.find(marker, comment);
        if (at == std::string_view::npos) continue;
        // Only blanks between the dashes and the word: what quotes it is no ignore.
        if (!trim(line.substr(comment + 2, at - comment - 2)).empty()) continue;
        ignores.push_back(parse(line.substr(at + marker.size()), number, today));
    }
    return ignores;
}

void apply_ignores(std::vector<Ignore>& ignores, const JudgedFile& file, const std::string& path,
                   std::vector<Finding>& findings) {
    std::vector<Finding> added;
    for (Ignore& ignore : ignores) {
        if (!ignore.fault.empty()) {
            added.push_back(
                about(ignore, file, path, "X02", "this ignore does not count: " + ignore.fault));
            continue;
        }
        const auto covered = covered_lines(file, path, ignore.line);
        std::erase_if(findings, [&](const Finding& finding) {
            const bool is_near =
                finding.where.line >= covered.first && finding.where.line <= covered.second;
            const bool is_named =
                std::ranges::find(ignore.rules, finding.rule) != ignore.rules.end();
            const bool covers =
                is_named && finding.where.file == path && (ignore.whole_file || is_near);
            ignore.used |= covers;
            return covers;
        });
        if (!ignore.used)
            added.push_back(about(ignore, file, path, "X03", "nothing needs this ignore"));
    }
    findings.insert(findings.end(), added.begin(), added.end());
}

}  // namespace keel::lint
