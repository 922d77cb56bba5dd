#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engines/sqlite/tokenizer.hpp"
#include "model/sql_action.hpp"

namespace keel::sqlite {

/// Goes through the tokens of one statement. Past the end there is an empty token, again and again.
class TokenCursor {
  public:
    explicit TokenCursor(std::span<const Token> tokens) : tokens_(tokens) {}

    bool at_end() const noexcept { return at_ >= tokens_.size(); }
    const Token& peek(std::size_t ahead = 0) const noexcept;
    Token take() noexcept;
    bool is(std::string_view word) const noexcept { return peek().is(word); }
    bool is_symbol(std::string_view text) const noexcept;
    /// Takes the word, or the words one after the other, if they are next.
    bool accept(std::string_view word) noexcept;
    bool accept(std::string_view first, std::string_view second) noexcept;
    bool accept_if_exists() noexcept;  ///< IF EXISTS, IF NOT EXISTS
    bool accept_symbol(std::string_view text) noexcept;

    /// A name as SQLite tells names apart: without quotes, lower-cased.
    std::string name();
    SqlName qualified_name();
    /// The names between parentheses: (a, b collate nocase desc). What is no name is "".
    std::vector<std::string> names_in_parentheses();
    /// The tokens between the parentheses that begin here; goes past them.
    std::span<const Token> parentheses();
    /// The tokens up to the next comma outside of parentheses; goes past it.
    std::span<const Token> item();
    std::span<const Token> rest() const noexcept { return tokens_.subspan(at_); }

  private:
    std::size_t closing(std::size_t open) const noexcept;

    std::span<const Token> tokens_;
    std::size_t at_ = 0;
};

std::string folded_name(const Token& token);
/// Whether the word stands among the tokens, outside of parentheses.
bool has_outside(std::span<const Token> tokens, std::string_view word) noexcept;

}  // namespace keel::sqlite
