#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "engines/postgres/lexer.hpp"

namespace keel::postgres {

/// Reads a statement from its beginning, token by token: enough grammar to find what a utility
/// statement is about. Text that cannot be cut ends where it cannot.
class StatementCursor {
  public:
    explicit StatementCursor(std::string_view statement);

    /// Takes the words when they come next, all of them or none.
    bool take(std::initializer_list<std::string_view> words);
    /// Takes "(…)" when it comes next; gives whether `word` stood in it.
    bool take_options_with(std::string_view word);
    /// A name as written, with its schema if it has one: `"a b".c`. Empty when none comes next.
    std::string take_name();
    /// Moves to the first of `word` that stands ahead, and past it. False when there is none.
    bool seek(std::string_view word);
    bool at_end() const noexcept { return at_ >= tokens_.size(); }

  private:
    bool is_word(std::size_t at, std::string_view word) const;

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
};

/// The name that a single identifier as written stands for.
std::string folded_name(std::string_view written);

}  // namespace keel::postgres
