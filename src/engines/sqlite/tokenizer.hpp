#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keel::sqlite {

enum class TokenKind { word, quoted, string, number, blob, variable, semicolon, symbol };

/// A piece of SQL; `text` points into the whole.
struct Token {
    TokenKind kind = TokenKind::symbol;
    std::string_view text;
    std::size_t offset = 0;

    /// Whether it is this keyword (given in lower case), unquoted.
    bool is(std::string_view keyword) const noexcept;
    std::size_t end() const noexcept { return offset + text.size(); }
};

/// Cuts SQL into tokens as SQLite does; blanks and comments are passed over.
class Tokenizer {
  public:
    explicit Tokenizer(std::string_view sql);
    /// Nothing at the end. Throws ErrorKind::invalid_input with line and column for a string,
    /// quoted name or comment that does not end.
    std::optional<Token> next();

  private:
    void skip_blanks();
    Token take(TokenKind kind, std::size_t length);
    std::size_t quoted_length(char close) const;
    std::size_t word_length() const noexcept;
    std::size_t variable_length() const noexcept;
    std::size_t number_length() const noexcept;
    std::size_t operator_length() const noexcept;
    char at(std::size_t offset) const noexcept {
        return offset < sql_.size() ? sql_[offset] : '\0';
    }
    [[noreturn]] void fail(std::string_view what) const;

    std::string_view sql_;
    std::size_t position_ = 0;
};

/// All tokens of a text, which they point into. Throws what Tokenizer::next throws.
std::vector<Token> tokens_of(std::string_view sql);
/// As tokens_of, of a text that SQLite reads or has read itself: up to what does not end.
std::vector<Token> readable_tokens_of(std::string_view sql);

/// A name as it is meant: without its quotes ("a""b", [a b], `a`, 'a' are all understood).
std::string unquote(std::string_view name);

}  // namespace keel::sqlite
