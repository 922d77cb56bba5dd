#pragma once

#include <cstddef>
#include <string_view>

namespace keel::postgres {

enum class TokenKind {
    word,         ///< an unquoted identifier or keyword
    quoted_word,  ///< "…" or U&"…"
    string,       ///< any string constant, dollar-quoted ones too
    number,
    symbol,     ///< one character
    backslash,  ///< begins a psql command
    end,
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::string_view text;
    std::size_t offset = 0;
};

/// Cuts SQL text into tokens as PostgreSQL's scanner does (standard_conforming_strings on), passing
/// over blanks and comments; operators come as single characters. Linear in the text's length.
class Lexer {
  public:
    explicit Lexer(std::string_view text, std::size_t offset = 0) : text_(text), at_(offset) {}

    /// Kind `end` at the end, again and again. Throws ErrorKind::invalid_input with line and column
    /// for a string, quoted identifier or comment that has no end.
    Token next();

    /// Where the next token is looked for; what the last one ended at.
    std::size_t position() const noexcept { return at_; }
    void move_to(std::size_t offset) noexcept { at_ = offset; }

  private:
    char peek(std::size_t ahead = 0) const noexcept;
    void skip_blanks_and_comments();
    void skip_line_comment() noexcept;
    void skip_block_comment();
    Token take(TokenKind kind, std::size_t begin) const noexcept;
    Token read_string(std::size_t begin, bool with_escapes);
    void read_string_part(std::size_t begin, bool with_escapes);
    bool continues_string();
    Token read_quoted_word(std::size_t begin);
    Token read_dollar_quoted(std::size_t begin, std::size_t tag_end);
    std::size_t find_dollar_tag() const noexcept;
    Token read_word();
    Token read_number();
    [[noreturn]] void fail(std::string_view what, std::size_t begin) const;

    std::string_view text_;
    std::size_t at_;
};

}  // namespace keel::postgres
