#include <fmt/format.h>

#include "render/excerpt.hpp"
#include "render/paint.hpp"
#include "render/shown.hpp"
#include "render/sqlstate.hpp"
#include "render/text.hpp"

namespace keel {

namespace {

Ink ink_of(Severity severity) noexcept {
    switch (severity) {
        case Severity::info:
            return Ink::cyan;
        case Severity::warning:
            return Ink::yellow;
        case Severity::error:
            return Ink::red;
    }
    return Ink::plain;
}

std::string label(std::string_view word, Ink ink, const TextStyle& style) {
    return paint(fmt::format("{}:", word), ink, style.color) + " ";
}

/// "migrations/0002_x.sql:12:15 (statement 3)".
std::string place_of(const SourcePosition& where) {
    std::string place = shown(where.file);
    if (where.line > 0) {
        place +=
            place.empty() ? fmt::format("line {}", where.line) : fmt::format(":{}", where.line);
        if (where.column > 0) place += fmt::format(":{}", where.column);
    }
    if (where.statement == 0) return place;
    return place.empty() ? fmt::format("statement {}", where.statement)
                         : fmt::format("{} (statement {})", place, where.statement);
}

std::string render_place(const SourcePosition& where, const std::optional<Excerpt>& excerpt,
                         const TextStyle& style) {
    std::string result;
    if (where.is_known()) result += "  at " + place_of(where) + "\n";
    if (excerpt) result += render_excerpt(*excerpt, style);
    return result;
}

std::string render_hint(const std::string& hint, const TextStyle& style) {
    return hint.empty() ? "" : label("hint", Ink::cyan, style) + shown_lines(hint) + "\n";
}

std::string render_warning(const std::string& warning, const TextStyle& style) {
    return label("warning", Ink::yellow, style) + shown_lines(warning) + "\n";
}

std::string render_diagnostic(const Diagnostic& diagnostic, const TextStyle& style,
                              const SourceReader& sources) {
    const bool may_hold_secrets = diagnostic.rule.starts_with("config");
    std::string result = label(to_string(diagnostic.severity), ink_of(diagnostic.severity), style) +
                         shown_lines(diagnostic.message);
    if (!diagnostic.rule.empty()) {
        result += paint(fmt::format(" [{}]", shown(diagnostic.rule)), Ink::dim, style.color);
    }
    result += "\n";
    result += render_place(diagnostic.where,
                           find_excerpt(diagnostic.where, may_hold_secrets, sources), style);
    return result + render_hint(diagnostic.hint, style);
}

std::string render_sql_detail(const SqlDetail& sql) {
    std::string result;
    if (!sql.detail.empty()) result += "  detail: " + shown(sql.detail) + "\n";
    if (!sql.constraint.empty()) result += "  constraint: " + shown(sql.constraint) + "\n";
    return result;
}

std::string render_state(const std::optional<SqlDetail>& sql, const TextStyle& style) {
    if (!sql || sql->state.empty()) return "";
    const std::string_view kind = is_sqlstate(sql->state) ? "SQLSTATE " : "";
    return paint(fmt::format(" ({}{})", kind, shown(sql->state)), Ink::dim, style.color);
}

std::string render_error(const Error& error, const TextStyle& style, const SourceReader& sources) {
    std::string result = label("error", Ink::red, style) + shown_lines(error.message());
    result += render_state(error.sql(), style);
    result += "\n";
    result += render_place(error.where(), find_excerpt(error, sources), style);
    if (error.sql()) result += render_sql_detail(*error.sql());
    for (const std::string& step : error.trail()) result += "  while " + shown(step) + "\n";
    return result + render_hint(error.hint(), style);
}

}  // namespace

std::string render_problems(const Report& report, const TextStyle& style,
                            const SourceReader& sources) {
    std::string result;
    for (const std::string& warning : report.warnings) result += render_warning(warning, style);
    for (const Diagnostic& diagnostic : report.diagnostics) {
        result += render_diagnostic(diagnostic, style, sources);
    }
    if (report.error) result += render_error(*report.error, style, sources);
    return result;
}

}  // namespace keel
