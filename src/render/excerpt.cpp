#include "render/excerpt.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "render/paint.hpp"
#include "render/shown.hpp"
#include "render/width.hpp"

namespace keel {

namespace {

constexpr std::size_t most_columns = 100;

std::string_view line_around(std::string_view text, std::size_t offset) {
    const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t end = std::min(text.find('\n', offset), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::optional<std::size_t> offset_of_line(std::string_view text, int line) {
    std::size_t offset = 0;
    for (int i = 1; i < line; ++i) {
        offset = text.find('\n', offset);
        if (offset == std::string_view::npos) return std::nullopt;
        ++offset;
    }
    return offset;
}

std::size_t offset_of_column(std::string_view line, int column) {
    std::size_t offset = 0;
    for (int i = 1; i < column && offset < line.size(); ++i) {
        ++offset;
        while (offset < line.size() && (static_cast<unsigned char>(line[offset]) & 0xC0) == 0x80) {
            ++offset;
        }
    }
    return offset;
}

std::optional<Excerpt> from_statement(const SqlDetail& sql, const SourcePosition& where) {
    if (sql.statement.empty()) return std::nullopt;
    const std::size_t offset = std::min(sql.offset.value_or(0), sql.statement.size());
    const std::string_view line = line_around(sql.statement, offset);
    const auto begin = static_cast<std::size_t>(line.data() - sql.statement.data());
    return Excerpt{std::string(line), where.line, offset - begin, sql.offset.has_value()};
}

/// A key may be shown, a value may be a secret: everything after '=' is left out. Nothing when the
/// fault lies in the value, or when the line is the middle of one.
std::optional<Excerpt> without_value(Excerpt excerpt) {
    const std::string_view trimmed = trim(excerpt.text);
    if (trimmed.starts_with('[') && trimmed.find('=') == std::string_view::npos) return excerpt;
    const std::size_t equals = excerpt.text.find('=');
    if (equals == std::string::npos || excerpt.caret_at > equals) return std::nullopt;
    excerpt.text = excerpt.text.substr(0, equals + 1) + " …";
    return excerpt;
}

/// Cuts what is far from the caret.
Excerpt shortened(Excerpt excerpt) {
    constexpr std::size_t before_caret = most_columns * 2 / 3;
    if (excerpt.caret_at > before_caret && display_width(excerpt.text) > most_columns) {
        std::size_t cut = excerpt.caret_at - before_caret;
        while ((static_cast<unsigned char>(excerpt.text[cut]) & 0xC0) == 0x80) ++cut;
        excerpt.text = "…" + excerpt.text.substr(cut);
        excerpt.caret_at = excerpt.caret_at - cut + std::string_view("…").size();
    }
    const std::string_view fitting = fit_width(excerpt.text, most_columns);
    if (fitting.size() < excerpt.text.size()) excerpt.text = std::string(fitting) + "…";
    return excerpt;
}

std::string shown_source(std::string_view text) {
    return shown(replace_all(text, "\t", "    "));
}

}  // namespace

std::optional<Excerpt> find_excerpt(const SourcePosition& where, bool may_hold_secrets,
                                    const SourceReader& sources) {
    if (where.file.empty() || where.line <= 0 || !sources) return std::nullopt;
    const std::optional<std::string> text = sources(where.file);
    if (!text) return std::nullopt;
    const std::optional<std::size_t> begin = offset_of_line(*text, where.line);
    if (!begin || *begin >= text->size()) return std::nullopt;
    const std::string_view line = line_around(*text, *begin);
    Excerpt excerpt{std::string(line), where.line, offset_of_column(line, where.column),
                    where.column > 0};
    if (may_hold_secrets) return without_value(std::move(excerpt));
    return excerpt;
}

std::optional<Excerpt> find_excerpt(const Error& error, const SourceReader& sources) {
    if (error.sql()) {
        if (auto excerpt = from_statement(*error.sql(), error.where())) return excerpt;
    }
    return find_excerpt(error.where(), error.kind() == ErrorKind::config, sources);
}

std::string render_excerpt(const Excerpt& excerpt, const TextStyle& style) {
    const Excerpt cut = shortened(excerpt);
    const std::string number = cut.line > 0 ? std::to_string(cut.line) : "";
    const std::string margin(std::max<std::size_t>(number.size(), 4), ' ');
    std::string text = shown_source(cut.text);
    if (style.ascii) text = replace_all(text, "…", "...");
    std::string result = fmt::format("  {} | {}\n", pad_left(number, margin.size()), text);
    if (!cut.has_caret) return result;
    std::string before = shown_source(std::string_view(cut.text).substr(0, cut.caret_at));
    if (style.ascii) before = replace_all(before, "…", "...");
    return result + fmt::format("  {} | {}{}\n", margin, std::string(display_width(before), ' '),
                                paint("^", Ink::red, style.color));
}

}  // namespace keel
