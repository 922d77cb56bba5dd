#include "ops/migrate/native_parser.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/migrate/marker_line.hpp"
#include "ops/migrate/migration_text.hpp"

namespace keel {
namespace {

/// One line of a text and where it is.
struct Line {
    std::string_view text;  ///< without its line end
    std::size_t offset = 0;
    std::size_t next = 0;  ///< offset of the line after it
    int number = 1;
};

Line line_at(std::string_view text, std::size_t offset, int number) noexcept {
    const std::size_t end = std::min(text.find('\n', offset), text.size());
    std::string_view line = text.substr(offset, end - offset);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return {line, offset, std::min(end + 1, text.size()), number};
}

/// Offset of the first character that is neither blank nor in a comment; npos when there is none.
std::size_t first_content(std::string_view text) noexcept {
    std::size_t at = 0;
    while ((at = text.find_first_not_of(" \t\r\n\f\v", at)) != std::string_view::npos) {
        const bool is_line_comment = text.substr(at, 2) == "--";
        if (!is_line_comment && text.substr(at, 2) != "/*") return at;
        const std::size_t end = is_line_comment ? text.find('\n', at) : text.find("*/", at + 2);
        if (end == std::string_view::npos) return end;
        at = end + (is_line_comment ? 1 : 2);
    }
    return at;
}

/// What another tool's file looks like, as a hint.
std::string_view foreign_hint(std::string_view text, const std::string& file) noexcept {
    if (text.find("-- +goose") != std::string_view::npos)
        return "this looks like a goose migration: rewrite '-- +goose Up' as '-- migrate:up'";
    if (file.ends_with(".up.sql") || file.ends_with(".down.sql"))
        return "this looks like a pair of up and down files: put both into one file, below "
               "'-- migrate:up' and '-- migrate:down'";
    return "write '-- migrate:up' above the statements that apply it";
}

class SectionCutter {
  public:
    SectionCutter(std::string_view text, const std::string& file) : text_(text), file_(file) {}

    Migration cut() {
        Line line = line_at(text_, 0, 1);
        while (line.offset < text_.size()) {
            if (is_marker_line(line.text)) open_section(line);
            line = line_at(text_, line.next, line.number + 1);
        }
        close_section(text_.size());
        return std::move(result_);
    }

    bool found_marker() const noexcept { return found_marker_; }

  private:
    void open_section(const Line& line) {
        if (!found_marker_) check_preamble(line.offset);
        found_marker_ = true;
        close_section(line.offset);
        MarkerLine marker = parse_marker_line(line.text, file_, line.number);
        marker.section.line = line.number + 1;
        marker.section.offset = line.next;
        auto& sections = sections_of(marker.kind);
        if (marker.kind != SectionKind::verify) check_repeated(sections, marker, line);
        sections.push_back(std::move(marker.section));
        open_ = &sections.back();
    }

    void close_section(std::size_t end) {
        if (open_ == nullptr) return;
        open_->text = std::string(text_.substr(open_->offset, end - open_->offset));
        open_ = nullptr;
    }

    std::vector<MigrationSection>& sections_of(SectionKind kind) noexcept {
        switch (kind) {
            case SectionKind::up:
                return result_.up;
            case SectionKind::verify:
                return result_.verify;
            case SectionKind::down:
                return result_.down;
        }
        return result_.up;
    }

    void check_preamble(std::size_t end) const {
        const std::size_t at = first_content(text_.substr(0, end));
        if (at == std::string_view::npos) return;
        const LineColumn place = line_column(text_, at);
        throw Error(ErrorKind::invalid_input, "there is text before the first migrate: marker")
            .with_hint("only comments may stand there: move it below '-- migrate:up'")
            .at({.file = file_, .line = place.line, .column = place.column});
    }

    void check_repeated(const std::vector<MigrationSection>& before, const MarkerLine& marker,
                        const Line& line) const {
        const auto same = std::find_if(before.begin(), before.end(), [&](const auto& section) {
            return section.engine == marker.section.engine;
        });
        if (same == before.end()) return;
        const std::string whose =
            same->engine ? fmt::format(" for {}", to_string(*same->engine)) : std::string();
        throw Error(ErrorKind::invalid_input,
                    fmt::format("second migrate:{} section{}; the first is in line {}",
                                to_string(marker.kind), whose, same->line - 1))
            .with_hint("join the two, or give each its engine: engine:postgres, engine:sqlite")
            .at({.file = file_, .line = line.number, .column = 1});
    }

    std::string_view text_;
    const std::string& file_;
    Migration result_;
    MigrationSection* open_ = nullptr;
    bool found_marker_ = false;
};

}  // namespace

Migration parse_native_migration(std::string_view text, const std::string& file) {
    SectionCutter cutter(text, file);
    Migration migration = cutter.cut();
    if (!cutter.found_marker())
        throw Error(ErrorKind::invalid_input, "the file has no migrate: marker")
            .with_hint(std::string(foreign_hint(text, file)))
            .at({.file = file, .line = 1, .column = 1});
    if (migration.up.empty())
        throw Error(ErrorKind::invalid_input, "the file has no '-- migrate:up' section")
            .with_hint("write '-- migrate:up' above the statements that apply it")
            .at({.file = file, .line = 1, .column = 1});
    migration.file = file;
    migration.checksum = migration_checksum(text);
    return migration;
}

std::string down_text(const Migration& migration) {
    std::string text;
    for (const MigrationSection& section : migration.down) {
        text.append(section.marker).append("\n").append(section.text);
        if (!text.ends_with('\n')) text.push_back('\n');
    }
    return text;
}

Migration parse_recorded_down(std::string_view text, const std::string& name) {
    Migration migration = SectionCutter(text, name).cut();
    migration.file = name;
    return migration;
}

}  // namespace keel
