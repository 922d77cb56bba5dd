#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keel {

/// The bare words of a statement, lower-cased, in order: no comments, strings, dollar-quoted
/// bodies, quoted identifiers, numbers or signs. A coarse look at what kind of statement it is, for
/// either engine; never what decides whether it may run.
std::vector<std::string> sql_words(std::string_view statement);

/// Whether `sequence` stands in `words`, one after the other.
bool has_sequence(std::span<const std::string> words,
                  std::initializer_list<std::string_view> sequence) noexcept;
bool has_word(std::span<const std::string> words, std::string_view word) noexcept;

/// Past a string, a comment or a dollar-quoted body that begins at `at`; `at` when none does. As
/// coarse as the words are.
std::size_t past_literal(std::string_view text, std::size_t at) noexcept;

}  // namespace keel
