#include "ops/kit/backfill.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/sql_words.hpp"

namespace keel {
namespace {

constexpr std::string_view mark = "keel:backfill";
constexpr std::string_view placeholder = ":batch";
constexpr std::uint64_t largest_batch = 1'000'000;
constexpr std::array<std::string_view, 6> options{"table", "key",    "batch",
                                                  "pause", "target", "lag"};

bool is_word(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r';
}

/// Reads one directive's line; `at_` is an offset in the whole text.
class DirectiveReader {
  public:
    DirectiveReader(std::string_view text, std::size_t begin, std::size_t end)
        : text_(text), begin_(begin), at_(begin), end_(end) {}

    BackfillDirective read() {
        for (skip_blanks(); at_ < end_; skip_blanks()) read_option();
        if (result_.table.name.empty())
            throw fail(begin_, "a backfill needs its table",
                       "write -- keel:backfill table=NAME above the statement");
        return std::move(result_);
    }

  private:
    Error fail(std::size_t at, std::string message, std::string hint) const {
        const LineColumn place = line_column(text_, at);
        return Error(ErrorKind::invalid_input, std::move(message))
            .with_hint(std::move(hint))
            .at({.line = place.line, .column = place.column});
    }

    void skip_blanks() noexcept {
        while (at_ < end_ && is_blank(text_[at_])) ++at_;
    }

    void read_option() {
        const std::size_t begin = at_;
        while (at_ < end_ && text_[at_] != '=' && !is_blank(text_[at_])) ++at_;
        const std::string name(text_.substr(begin, at_ - begin));
        if (std::find(options.begin(), options.end(), name) == options.end()) {
            const std::vector<std::string> known(options.begin(), options.end());
            throw fail(begin,
                       fmt::format("unknown option '{}' of keel:backfill{}", name,
                                   did_you_mean(name, known)),
                       "keel:backfill takes: table=, key=, batch=, pause=, target=, lag=");
        }
        if (std::find(seen_.begin(), seen_.end(), name) != seen_.end())
            throw fail(begin, fmt::format("option '{}' is given twice", name), "keep one of them");
        seen_.push_back(name);
        const bool has_value = at_ < end_ && text_[at_] == '=';
        if (has_value) ++at_;
        value_at_ = at_;
        const std::string value = has_value ? read_value() : std::string();
        if (value.empty())
            throw fail(begin, fmt::format("option '{}' needs a value", name),
                       "write for instance table=users key=id batch=5000 pause=50ms");
        set(name, value);
    }

    /// To the next blank that is not within double quotes.
    std::string read_value() {
        bool is_quoted = false;
        while (at_ < end_ && (is_quoted || !is_blank(text_[at_]))) {
            if (text_[at_] == '"') is_quoted = !is_quoted;
            ++at_;
        }
        if (is_quoted) throw fail(value_at_, "a quoted name does not end", "close it with '\"'");
        return std::string(text_.substr(value_at_, at_ - value_at_));
    }

    void set(std::string_view name, const std::string& value) {
        if (name == "table") {
            const auto parts = names(value, '.');
            if (parts.size() > 2) throw fail(value_at_, "a table has one schema", "table=a.b");
            result_.table = {.schema = parts.size() == 2 ? parts[0] : std::string(),
                             .name = parts.back()};
        } else if (name == "key") {
            result_.key = names(value, ',');
        } else if (name == "batch") {
            const auto rows = parse_unsigned(value);
            if (!rows || *rows == 0 || *rows > largest_batch)
                throw fail(value_at_, fmt::format("'{}' is no number of rows", value),
                           fmt::format("write a number from 1 to {}", largest_batch));
            result_.batch = *rows;
        } else if (name == "pause") {
            result_.pause = duration(value);
        } else if (name == "target") {
            result_.target = duration(value);
        } else {
            result_.lag = duration(value);
        }
    }

    std::chrono::milliseconds duration(const std::string& value) const {
        const auto found = parse_duration(value);
        if (!found)
            throw fail(value_at_, fmt::format("'{}' is no duration", value),
                       "write for instance 50ms or 2s");
        return *found;
    }

    /// Names with `separator` between them, each quoted or not.
    std::vector<std::string> names(std::string_view value, char separator) const {
        std::vector<std::string> found;
        for (std::size_t at = 0; at <= value.size(); ++at) {
            found.push_back(name(value, at));
            if (at < value.size() && value[at] != separator) found.back().clear();
        }
        for (const std::string& one : found)
            if (one.empty())
                throw fail(value_at_, fmt::format("'{}' is no name", value),
                           fmt::format("write names with '{}' between them and no blanks",
                                       std::string(1, separator)));
        return found;
    }

    /// The name at `at`, which is then at the separator after it (or at the end).
    std::string name(std::string_view value, std::size_t& at) const {
        if (at < value.size() && value[at] == '"') {
            std::string quoted;
            for (++at; at < value.size(); ++at) {
                if (value[at] != '"') {
                    quoted += value[at];
                } else if (value.substr(at + 1, 1) == "\"") {
                    quoted += value[at++];
                } else {
                    break;
                }
            }
            ++at;
            return at >= value.size() || value[at] == '.' || value[at] == ',' ? quoted : "";
        }
        const std::size_t end = std::min(value.find_first_of(".,\"", at), value.size());
        const std::string plain = to_lower(value.substr(at, end - at));
        at = end;
        return at < value.size() && value[at] == '"' ? "" : plain;
    }

    std::string_view text_;
    std::size_t begin_;
    std::size_t at_;
    std::size_t end_;
    std::size_t value_at_ = 0;
    BackfillDirective result_;
    std::vector<std::string> seen_;
};

struct Place {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string_view alias;
};

/// The next `:batch` or `:batch(name)` from `at` on.
std::optional<Place> next_place(std::string_view text, std::size_t at) {
    while (at < text.size()) {
        const bool is_name = text[at] == '"';
        const std::size_t past = is_name ? std::min(text.find('"', at + 1), text.size() - 1) + 1
                                         : past_literal(text, at);
        if (past > at) {
            at = past;
            continue;
        }
        const std::size_t end = at + placeholder.size();
        const bool is_one = text.substr(at).starts_with(placeholder) &&
                            (at == 0 || text[at - 1] != ':') &&
                            (end >= text.size() || !is_word(text[end]));
        if (!is_one) {
            ++at;
            continue;
        }
        const std::size_t close = text.find(')', end);
        if (end >= text.size() || text[end] != '(' || close == std::string_view::npos)
            return Place{.begin = at, .end = end, .alias = {}};
        return Place{
            .begin = at, .end = close + 1, .alias = trim(text.substr(end + 1, close - end - 1))};
    }
    return std::nullopt;
}

/// The directive in the comments between `from` and `begin`; the last one counts, and two are too
/// many.
std::optional<BackfillDirective> find_directive(std::string_view text, std::size_t from,
                                                std::size_t begin) {
    std::optional<BackfillDirective> found;
    while (from < begin) {
        const std::size_t end = std::min({text.find('\n', from), begin, text.size()});
        const std::size_t dashes = text.substr(from, end - from).find("--");
        if (dashes != std::string_view::npos) {
            std::size_t at = from + dashes + 2;
            while (at < end && is_blank(text[at])) ++at;
            const std::size_t after = at + mark.size();
            const bool is_one =
                text.substr(at).starts_with(mark) && (after >= end || is_blank(text[after]));
            if (is_one && found) {
                const LineColumn place = line_column(text, at);
                throw Error(ErrorKind::invalid_input, "a second keel:backfill for one statement")
                    .with_hint("each backfill has a statement of its own below it")
                    .at({.line = place.line, .column = place.column});
            }
            if (is_one) found = DirectiveReader(text, after, end).read();
        }
        from = end + 1;
    }
    return found;
}

}  // namespace

std::string Backfill::with(const std::function<std::string(std::string_view)>& condition) const {
    std::string result;
    std::size_t at = 0;
    while (const auto place = next_place(text, at)) {
        result.append(text, at, place->begin - at).append(condition(place->alias));
        at = place->end;
    }
    return result.append(text, at);
}

std::optional<Backfill> read_backfill(std::string_view text, std::size_t from, std::size_t begin,
                                      std::size_t end) {
    if (text.substr(from, begin - from).find(mark) == std::string_view::npos) return std::nullopt;
    auto directive = find_directive(text, from, begin);
    if (!directive) return std::nullopt;
    const LineColumn place = line_column(text, begin);
    const SourcePosition where{.line = place.line, .column = place.column};
    if (begin == end)
        throw Error(ErrorKind::invalid_input, "there is no statement below keel:backfill")
            .with_hint("the statement that is run for each batch stands below it")
            .at(where);
    Backfill backfill{.directive = std::move(*directive),
                      .text = std::string(text.substr(begin, end - begin))};
    backfill.plain = backfill.text;
    std::size_t found = 0;
    for (auto one = next_place(backfill.text, 0); one; one = next_place(backfill.text, one->end)) {
        backfill.plain.replace(one->begin, one->end - one->begin,
                               "(true)" + std::string(one->end - one->begin - 6, ' '));
        ++found;
    }
    if (found == 0)
        throw Error(ErrorKind::invalid_input,
                    "the statement of a backfill does not say for which rows it is")
            .with_hint(
                "write :batch where the condition on the rows of the batch belongs: "
                "update users set … where :batch")
            .at(where);
    return backfill;
}

}  // namespace keel
