#include "render/text.hpp"
#include "base/ascii.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "render/overloaded.hpp"
#include "render/paint.hpp"
#include "render/shown.hpp"
#include "render/width.hpp"

namespace keel {

namespace {

std::string wrapped(std::string_view text, std::size_t width) {
    if (width == 0 || display_width(text) <= width) return std::string(text);
    std::string result;
    std::size_t column = 0;
    bool is_first = true;
    for (const std::string& word : split(text, ' ')) {
        const std::size_t columns = display_width(word);
        const bool breaks = column > 0 && column + 1 + columns > width;
        if (!is_first) result += breaks ? '\n' : ' ';
        column = breaks || is_first ? columns : column + 1 + columns;
        is_first = false;
        result += word;
    }
    return result;
}

std::string render_paragraph(const Paragraph& paragraph, const TextStyle& style) {
    std::string result;
    for (const std::string& line : split(shown_lines(paragraph.text), '\n')) {
        result += wrapped(line, static_cast<std::size_t>(std::max(style.width, 0))) + '\n';
    }
    return result;
}

std::string render_key_values(const KeyValues& values, const TextStyle& style) {
    std::size_t widest = 0;
    for (const auto& [key, value] : values.items) {
        widest = std::max(widest, display_width(shown(key)));
    }
    std::string result;
    for (const auto& [key, value] : values.items) {
        const std::string text = shown(value);
        const std::string name = text.empty() ? shown(key) : pad_right(shown(key), widest);
        result += paint(name, Ink::dim, style.color) + (text.empty() ? "" : "  ") + text + "\n";
    }
    return result;
}

class TableWriter {
  public:
    TableWriter(const TextTable& table, const TextStyle& style) : table_(table), style_(style) {
        widen(table.header);
        for (const auto& row : table.rows) widen(row);
    }

    std::string write() const {
        std::string result;
        if (!table_.header.empty()) result += paint(header(), Ink::bold, style_.color);
        if (!table_.header.empty()) result += '\n';
        for (const auto& row : table_.rows) {
            append_line(row, result);
            result += '\n';
        }
        return result;
    }

  private:
    void widen(const std::vector<std::string>& row) {
        widths_.resize(std::max(widths_.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths_[i] = std::max(widths_[i], width_of(row[i]));
        }
    }

    std::string header() const {
        std::string text;
        append_line(table_.header, text);
        return text;
    }

    void append_line(const std::vector<std::string>& row, std::string& text) const {
        const std::size_t start = text.size();
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0) text += "  ";
            const std::size_t blanks = widths_[i] - width_of(row[i]);
            if (is_right(i)) text.append(blanks, ' ');
            if (is_printable_ascii(row[i]))
                text += row[i];
            else
                text += shown(row[i]);
            if (!is_right(i)) text.append(blanks, ' ');
        }
        text.resize(std::max(start, text.find_last_not_of(' ') + 1));
    }

    /// Of the cell as it is shown. Most cells are shown as they are.
    static std::size_t width_of(const std::string& cell) {
        return is_printable_ascii(cell) ? cell.size() : display_width(shown(cell));
    }

    bool is_right(std::size_t column) const {
        return column < table_.right_aligned.size() && table_.right_aligned[column];
    }

    const TextTable& table_;
    const TextStyle& style_;
    std::vector<std::size_t> widths_;
};

std::string mark_text(Mark mark, const TextStyle& style) {
    switch (mark) {
        case Mark::ok:
            return paint(style.ascii ? "ok  " : "✓", Ink::green, style.color);
        case Mark::warning:
            return paint(style.ascii ? "warn" : "!", Ink::yellow, style.color);
        case Mark::failure:
            return paint(style.ascii ? "FAIL" : "✗", Ink::red, style.color);
        case Mark::skipped:
            return paint(style.ascii ? "skip" : "-", Ink::dim, style.color);
    }
    return "";
}

std::string render_block(const Block& block, const TextStyle& style) {
    return std::visit(
        Overloaded{
            [&](const Paragraph& paragraph) { return render_paragraph(paragraph, style); },
            [&](const KeyValues& values) { return render_key_values(values, style); },
            [&](const TextTable& table) { return TableWriter(table, style).write(); },
            [&](const Verbatim& verbatim) {
                const std::string text = shown_verbatim(verbatim.text);
                return text.empty() || text.back() == '\n' ? text : text + '\n';
            },
            [&](const MarkedLine& line) {
                return mark_text(line.mark, style) + ' ' + shown(line.text) + '\n';
            },
        },
        block);
}

/// Blocks of several lines stand apart; a paragraph may introduce what follows it.
bool needs_gap(const Block& before, const Block& after) {
    const auto is_line = [](const Block& block) {
        return std::holds_alternative<MarkedLine>(block) ||
               std::holds_alternative<Paragraph>(block);
    };
    return !is_line(before) || (!is_line(after) && !std::holds_alternative<Paragraph>(before));
}

std::string render_next_steps(const std::vector<std::string>& steps, const TextStyle& style) {
    std::string result;
    for (const std::string& step : steps) {
        result += result.empty() ? paint("next:", Ink::dim, style.color) : "     ";
        result += " " + paint(shown(step), Ink::cyan, style.color) + "\n";
    }
    return result;
}

}  // namespace

std::string render_text(const Report& report, const TextStyle& style, NextSteps steps) {
    std::string result;
    const Block* before = nullptr;
    for (const Block& block : report.body) {
        if (before != nullptr && needs_gap(*before, block)) result += '\n';
        result += render_block(block, style);
        before = &block;
    }
    if (steps == NextSteps::hidden) return result;
    const std::string next = render_next_steps(report.next_steps, style);
    if (!next.empty() && !result.empty()) result += '\n';
    return result + next;
}

}  // namespace keel
