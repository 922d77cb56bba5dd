#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keel::postgres {

/// The statement's first word in lower case; empty when it begins otherwise.
std::string first_keyword(std::string_view statement);

/// The unquoted words of a statement outside parentheses, in lower case, at most `limit`.
std::vector<std::string> leading_words(std::string_view statement, std::size_t limit);

/// See Dialect::needs_no_transaction and Dialect::controls_transaction.
bool is_outside_transaction(std::string_view statement);
bool is_transaction_control(std::string_view statement);

}  // namespace keel::postgres
