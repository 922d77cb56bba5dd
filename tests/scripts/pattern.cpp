#include "pattern.hpp"

namespace keel::scripts {

namespace {

/// Matches from the beginning of `text`; with `to_end` up to its end.
bool matches(std::string_view text, std::string_view pattern, bool to_end) {
    if (pattern.empty()) return !to_end || text.empty();
    if (pattern.front() != '*') {
        return !text.empty() && text.front() == pattern.front() &&
               matches(text.substr(1), pattern.substr(1), to_end);
    }
    for (std::size_t taken = 0;; ++taken) {
        if (matches(text.substr(taken), pattern.substr(1), to_end)) return true;
        if (taken == text.size() || text[taken] == '\n') return false;
    }
}

}  // namespace

bool contains(std::string_view text, std::string_view pattern) {
    for (std::size_t at = 0; at <= text.size(); ++at) {
        if (matches(text.substr(at), pattern, false)) return true;
    }
    return false;
}

bool equals(std::string_view text, std::string_view pattern) {
    return matches(text, pattern, true);
}

}  // namespace keel::scripts
