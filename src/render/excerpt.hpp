#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "render/text.hpp"

namespace keel {

/// One line of the user's own text with the place of a fault in it.
struct Excerpt {
    std::string text;
    int line = 0;              ///< 0: not known, shown without a number
    std::size_t caret_at = 0;  ///< byte offset into `text`
    bool has_caret = false;
};

/// The line that `error` is about: from the failing statement when there is one, otherwise from the
/// file. Nothing when it cannot be had, or when showing it could show a secret.
std::optional<Excerpt> find_excerpt(const Error& error, const SourceReader& sources);
std::optional<Excerpt> find_excerpt(const SourcePosition& where, bool may_hold_secrets,
                                    const SourceReader& sources);

/// "  12 | select * from usrs" and the caret below, each line ended; long lines are cut to what
/// surrounds the caret.
std::string render_excerpt(const Excerpt& excerpt, const TextStyle& style);

}  // namespace keel
