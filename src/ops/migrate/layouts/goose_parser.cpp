#include "ops/migrate/layouts/goose_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/migrate/layouts/assemble.hpp"
#include "ops/migrate/migration_text.hpp"

namespace keel {
namespace {

enum class Annotation { up, down, statement_begin, statement_end, no_transaction, on, off };

/// The words after "+goose" of a line that is an annotation; nothing for any other line.
std::optional<std::string> annotation_words(std::string_view line) {
    const std::string_view comment = trim(line);
    if (!comment.starts_with("--")) return std::nullopt;
    const std::string_view words = trim(comment.substr(2));
    constexpr std::string_view prefix = "+goose";
    if (!starts_with_ignore_case(words, prefix)) return std::nullopt;
    return to_lower(trim(words.substr(prefix.size())));
}

class GooseCutter {
  public:
    GooseCutter(std::string_view text, const std::string& file, const EnvironmentReader& variables)
        : text_(text), file_(file), variables_(variables) {}

    Migration cut() {
        std::size_t at = 0;
        for (line_ = 1; at < text_.size(); ++line_) {
            const std::size_t end = std::min(text_.find('\n', at), text_.size());
            take_line(text_.substr(at, std::min(end + 1, text_.size()) - at));
            at = end + 1;
        }
        if (in_block_)
            throw fail("a '-- +goose StatementBegin' has no '-- +goose StatementEnd'",
                       "write '-- +goose StatementEnd' below the statement");
        if (section_ == nullptr)
            throw fail("the file has no '-- +goose Up'",
                       "write '-- +goose Up' above the statements that apply it");
        finish();
        return std::move(result_);
    }

  private:
    Error fail(std::string message, std::string hint) const {
        return Error(ErrorKind::invalid_input, std::move(message))
            .with_hint(std::move(hint))
            .at({.file = file_, .line = std::max(1, std::min(line_, last_line())), .column = 1});
    }

    int last_line() const noexcept { return line_column(text_, text_.size()).line; }

    void take_line(std::string_view line) {
        if (const auto words = annotation_words(line)) return take_annotation(*words, line);
        if (section_ == nullptr) return check_preamble(line);
        if (substitutes_) {
            section_->text += substitute_variables(line, variables_);
        } else {
            section_->text += line;
        }
    }

    void check_preamble(std::string_view line) const {
        const std::string_view content = trim(line);
        if (content.empty() || content.starts_with("--")) return;
        throw fail("there is text before '-- +goose Up'",
                   "only comments may stand there: move it below '-- +goose Up'");
    }

    Annotation read_annotation(const std::string& words) const {
        constexpr auto known = std::to_array<std::pair<std::string_view, Annotation>>(
            {{"up", Annotation::up},
             {"down", Annotation::down},
             {"statementbegin", Annotation::statement_begin},
             {"statementend", Annotation::statement_end},
             {"no transaction", Annotation::no_transaction},
             {"envsub on", Annotation::on},
             {"envsub off", Annotation::off},
             {"envsubst on", Annotation::on},
             {"envsubst off", Annotation::off}});
        const auto* const found = std::find_if(
            known.begin(), known.end(), [&](const auto& pair) { return pair.first == words; });
        if (found != known.end()) return found->second;
        throw fail(fmt::format("unknown annotation '+goose {}'", words),
                   "goose knows Up, Down, StatementBegin, StatementEnd, NO TRANSACTION and ENVSUB");
    }

    void take_annotation(const std::string& words, std::string_view line) {
        switch (read_annotation(words)) {
            case Annotation::up:
                return open_up();
            case Annotation::down:
                return open_down();
            case Annotation::statement_begin:
                return begin_block(line);
            case Annotation::statement_end:
                return end_block(line);
            case Annotation::no_transaction:
                transaction_ = false;
                break;
            case Annotation::on:
                substitutes_ = true;
                break;
            case Annotation::off:
                substitutes_ = false;
                break;
        }
        if (section_ != nullptr) section_->text += line;  // a comment to the engine
    }

    void open_up() {
        if (section_ != nullptr)
            throw fail("second '-- +goose Up'", "a file has one up and one down");
        section_ = &up_;
        section_->line = line_ + 1;
    }

    void open_down() {
        if (section_ != &up_ || in_block_)
            throw fail("'-- +goose Down' stands where it cannot",
                       in_block_ ? "end the statement above it with '-- +goose StatementEnd'"
                                 : "it comes once, after the up");
        section_ = &down_;
        section_->line = line_ + 1;
        has_down_ = true;
    }

    void begin_block(std::string_view line) {
        if (section_ == nullptr || in_block_)
            throw fail("'-- +goose StatementBegin' stands where it cannot",
                       in_block_ ? "end the statement before it with '-- +goose StatementEnd'"
                                 : "write it below '-- +goose Up' or '-- +goose Down'");
        in_block_ = true;
        section_->text += line;
    }

    void end_block(std::string_view line) {
        if (!in_block_)
            throw fail("'-- +goose StatementEnd' has no '-- +goose StatementBegin'",
                       "write '-- +goose StatementBegin' above the statement");
        in_block_ = false;
        // The statement may have no semicolon of its own.
        section_->text.append(";").append(line);
    }

    void finish() {
        up_.transaction = down_.transaction = transaction_;
        up_.marker = section_marker("up", transaction_);
        down_.marker = section_marker("down", transaction_);
        down_.offset = up_.text.size() + 1;
        result_.file = file_;
        result_.checksum = migration_checksum(text_);
        result_.up.push_back(std::move(up_));
        if (has_down_) result_.down.push_back(std::move(down_));
    }

    std::string_view text_;
    const std::string& file_;
    const EnvironmentReader& variables_;
    Migration result_;
    MigrationSection up_;
    MigrationSection down_;
    MigrationSection* section_ = nullptr;
    int line_ = 1;
    bool in_block_ = false;
    bool has_down_ = false;
    bool transaction_ = true;
    bool substitutes_ = false;
};

bool is_name_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool begins_name(char c) noexcept {
    return is_name_character(c) && !(c >= '0' && c <= '9');
}

/// The value of what stands between the braces: NAME, NAME:-default or NAME-default.
std::string braced_value(std::string_view inner, const EnvironmentReader& variables) {
    std::size_t end = 0;
    while (end < inner.size() && is_name_character(inner[end])) ++end;
    std::string_view rest = inner.substr(end);
    auto value = variables ? variables(inner.substr(0, end)) : std::nullopt;
    if (rest.starts_with(":-")) {
        if (value && !value->empty()) return *value;
        return std::string(rest.substr(2));
    }
    if (rest.starts_with('-')) return value.value_or(std::string(rest.substr(1)));
    return value.value_or("");
}

}  // namespace

Migration parse_goose_migration(std::string_view text, const std::string& file,
                                const EnvironmentReader& variables) {
    return GooseCutter(text, file, variables).cut();
}

std::string substitute_variables(std::string_view text, const EnvironmentReader& variables) {
    std::string result;
    while (!text.empty()) {
        const std::size_t dollar = std::min(text.find('$'), text.size());
        result.append(text.substr(0, dollar));
        text.remove_prefix(dollar);
        if (text.size() < 2) return result.append(text);
        const std::size_t close = text[1] == '{' ? text.find('}') : std::string_view::npos;
        std::size_t length = 1;
        if (close != std::string_view::npos && begins_name(text[2])) {
            result += braced_value(text.substr(2, close - 2), variables);
            length = close + 1;
        } else if (begins_name(text[1])) {
            while (length < text.size() && is_name_character(text[length])) ++length;
            const bool is_tag = length < text.size() && text[length] == '$';  // $body$
            result += is_tag ? std::string(text.substr(0, ++length))
                             : braced_value(text.substr(1, length - 1), variables);
        } else {
            length = text[1] == '$' ? 2 : 1;
            result += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return result;
}

}  // namespace keel
