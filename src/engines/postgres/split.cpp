#include "engines/postgres/split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engines/postgres/lexer.hpp"
#include "engines/postgres/psql_commands.hpp"

namespace keel::postgres {
namespace {

bool is_word(const Token& token, std::string_view word) {
    return token.kind == TokenKind::word && equals_ignore_case(token.text, word);
}

/// What the tokens of one statement so far say about where it may end.
class StatementShape {
  public:
    void add(const Token& token) {
        if (count_ == 0) is_copy_ = is_word(token, "copy");
        if (count_ < 4) note_head(token);
        if (token.text == "(") ++parentheses_;
        if (token.text == ")" && parentheses_ > 0) --parentheses_;
        note_body(token);
        if (is_copy_ && parentheses_ == 0 && is_word(token, "stdin") && is_word(last_, "from"))
            is_copy_in_ = true;
        last_ = token;
        ++count_;
    }

    bool is_empty() const noexcept { return count_ == 0; }
    bool ends_at_semicolon() const noexcept { return parentheses_ == 0 && body_depth_ == 0; }
    bool is_copy_in() const noexcept { return is_copy_in_; }

  private:
    // CREATE [OR REPLACE] FUNCTION | PROCEDURE: only there BEGIN ATOMIC opens a body.
    void note_head(const Token& token) {
        if (count_ == 0) is_create_ = is_word(token, "create");
        if (is_create_ && (is_word(token, "function") || is_word(token, "procedure")))
            is_routine_ = true;
    }

    void note_body(const Token& token) {
        if (!is_routine_ || token.kind != TokenKind::word) return;
        if (body_depth_ == 0) {
            if (is_word(token, "atomic") && is_word(last_, "begin")) body_depth_ = 1;
            return;
        }
        if (is_word(token, "case") || is_word(token, "begin")) ++body_depth_;
        if (is_word(token, "end")) --body_depth_;
    }

    int count_ = 0;
    int parentheses_ = 0;
    int body_depth_ = 0;
    bool is_create_ = false;
    bool is_routine_ = false;
    bool is_copy_ = false;
    bool is_copy_in_ = false;
    Token last_;
};

class Splitter {
  public:
    explicit Splitter(std::string_view script) : script_(script), lexer_(script) {
        if (script_.starts_with("\xEF\xBB\xBF")) lexer_.move_to(3);  // a byte order mark
    }

    SplitResult run() {
        const auto nul = script_.find('\0');
        if (nul != std::string_view::npos) fail(nul, "the script holds a NUL");
        for (auto token = lexer_.next(); token.kind != TokenKind::end; token = lexer_.next())
            take(token);
        if (shape_.is_copy_in())
            fail(begin_,
                 "COPY … FROM stdin without its data: a semicolon and the lines are missing");
        finish_statement();
        return std::move(result_);
    }

  private:
    void take(const Token& token) {
        if (token.kind == TokenKind::backslash) return take_psql_command(token);
        if (token.text == ";" && shape_.ends_at_semicolon()) return end_statement(token);
        if (shape_.is_empty()) begin_ = token.offset;
        shape_.add(token);
        end_ = lexer_.position();
    }

    void end_statement(const Token& semicolon) {
        const bool is_copy_in = shape_.is_copy_in();
        finish_statement();
        if (is_copy_in) take_copy_data(semicolon.offset + 1);
    }

    void finish_statement() {
        const auto shape = std::exchange(shape_, {});
        if (shape.is_empty()) return;
        Statement statement;
        statement.text = script_.substr(begin_, end_ - begin_);
        statement.offset = begin_;
        statement.line = line_at(begin_);
        statement.number = static_cast<int>(result_.statements.size()) + 1;
        statement.is_copy_in = shape.is_copy_in();
        result_.statements.push_back(statement);
    }

    void take_psql_command(const Token& token) {
        const auto line_end = end_of_line(token.offset);
        const auto line = script_.substr(token.offset, line_end - token.offset);
        try {
            auto note = judge_psql_command(trim(line));
            if (!shape_.is_empty()) fail(token.offset, "a psql command inside a statement");
            result_.notes.push_back({line_at(token.offset), std::move(note)});
        } catch (Error& error) {
            if (error.where().line == 0) error.set_where(place_of(token.offset));
            throw;
        }
        lexer_.move_to(line_end);
    }

    /// The lines behind the statement up to a line that is "\.".
    void take_copy_data(std::size_t behind) {
        const auto line_end = end_of_line(behind);
        const auto rest = trim(script_.substr(behind, line_end - behind));
        if (!rest.empty() && !rest.starts_with("--"))
            fail(behind, "text behind COPY … FROM stdin on its line, where its data begins");
        const std::size_t begin = std::min(line_end + 1, script_.size());
        for (std::size_t at = begin; at < script_.size();) {
            const auto end = end_of_line(at);
            auto line = script_.substr(at, end - at);
            if (line.ends_with('\r')) line.remove_suffix(1);
            if (line == "\\.") {
                result_.statements.back().copy_data = script_.substr(begin, at - begin);
                lexer_.move_to(end);
                return;
            }
            at = end + 1;
        }
        fail(begin_, "the data of COPY … FROM stdin has no end: a line \\. is missing");
    }

    std::size_t end_of_line(std::size_t from) const {
        return std::min(script_.find('\n', from), script_.size());
    }

    /// Offsets are asked for in rising order, so that counting lines stays linear.
    int line_at(std::size_t offset) {
        const auto begin = script_.begin();
        line_ += static_cast<int>(std::count(begin + static_cast<std::ptrdiff_t>(counted_),
                                             begin + static_cast<std::ptrdiff_t>(offset), '\n'));
        counted_ = offset;
        return line_;
    }

    SourcePosition place_of(std::size_t offset) const {
        const auto place = line_column(script_, offset);
        return {.file = "", .line = place.line, .column = place.column, .statement = 0};
    }

    [[noreturn]] void fail(std::size_t offset, std::string message) const {
        throw Error(ErrorKind::invalid_input, std::move(message)).at(place_of(offset));
    }

    std::string_view script_;
    Lexer lexer_;
    StatementShape shape_;
    std::size_t begin_ = 0;  ///< of the statement being read
    std::size_t end_ = 0;    ///< of its last token
    std::size_t counted_ = 0;
    int line_ = 1;
    SplitResult result_;
};

}  // namespace

SplitResult split_script(std::string_view script) {
    return Splitter(script).run();
}

}  // namespace keel::postgres
