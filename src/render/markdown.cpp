#include "render/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "render/overloaded.hpp"
#include "render/shown.hpp"
#include "render/text.hpp"

namespace keel {

namespace {

/// Text on one line with everything that Markdown or HTML would read as markup disarmed.
std::string plain(std::string_view text) {
    std::string result;
    for (const char c : shown(text)) {
        if (std::string_view("\\`*_{}[]<>#|~&").find(c) != std::string_view::npos) result += '\\';
        result += c;
    }
    return result;
}

/// A fence longer than any run of backticks in the text.
std::string fenced(std::string_view text) {
    std::size_t longest = 2;
    std::size_t run = 0;
    for (const char c : text) {
        run = c == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    const std::string fence(longest + 1, '`');
    std::string body = shown_verbatim(text);
    if (!body.empty() && body.back() != '\n') body += '\n';
    return fmt::format("{}text\n{}{}\n", fence, body, fence);
}

std::string table_row(const std::vector<std::string>& cells, std::size_t columns) {
    std::string result = "|";
    for (std::size_t i = 0; i < columns; ++i) {
        result += fmt::format(" {} |", i < cells.size() ? plain(cells[i]) : "");
    }
    return result + "\n";
}

std::string render_table(const TextTable& table) {
    const std::size_t columns = table.header.size();
    std::string result = table_row(table.header, columns) + "|";
    for (std::size_t i = 0; i < columns; ++i) {
        const bool right = i < table.right_aligned.size() && table.right_aligned[i];
        result += right ? "---:|" : "---|";
    }
    result += "\n";
    for (const auto& row : table.rows) result += table_row(row, columns);
    return result;
}

std::string render_key_values(const KeyValues& values) {
    std::string result;
    for (const auto& [key, value] : values.items) {
        result += fmt::format("- **{}**: {}\n", plain(key), plain(value));
    }
    return result;
}

std::string_view mark_text(Mark mark) noexcept {
    switch (mark) {
        case Mark::ok:
            return "✅";
        case Mark::warning:
            return "⚠️";
        case Mark::failure:
            return "❌";
        case Mark::skipped:
            return "➖";
    }
    return "";
}

std::string render_block(const Block& block) {
    return std::visit(Overloaded{
                          [](const Paragraph& paragraph) { return plain(paragraph.text) + "\n"; },
                          [](const KeyValues& values) { return render_key_values(values); },
                          [](const TextTable& table) { return render_table(table); },
                          [](const Verbatim& verbatim) { return fenced(verbatim.text); },
                          [](const MarkedLine& line) {
                              return fmt::format("- {} {}\n", mark_text(line.mark),
                                                 plain(line.text));
                          },
                      },
                      block);
}

bool are_items(const Block& before, const Block& after) {
    return std::holds_alternative<MarkedLine>(before) && std::holds_alternative<MarkedLine>(after);
}

}  // namespace

std::string render_markdown(const Report& report) {
    std::string result =
        fmt::format("### {} {}\n", report.ok() ? "✅" : "❌", plain(report.command));
    const Block* before = nullptr;
    for (const Block& block : report.body) {
        if (before == nullptr || !are_items(*before, block)) result += "\n";
        result += render_block(block);
        before = &block;
    }
    const std::string problems = render_problems(report, {});
    if (!problems.empty()) result += "\n" + fenced(problems);
    if (report.next_steps.empty()) return result;
    std::string steps;
    for (const std::string& step : report.next_steps) steps += shown(step) + "\n";
    return result + "\nNext:\n\n" + fenced(steps);
}

}  // namespace keel
