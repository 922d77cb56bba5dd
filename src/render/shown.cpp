#include "render/shown.hpp"

#include "base/text.hpp"

namespace keel {

std::string shown(std::string_view text) {
    return escape_controls(text);
}

std::string shown_lines(std::string_view text) {
    return escape_controls(text, true);
}

std::string shown_verbatim(std::string_view text) {
    std::string result;
    for (;;) {
        const std::size_t tab = text.find('\t');
        result += escape_controls(text.substr(0, tab), true);
        if (tab == std::string_view::npos) return result;
        result += '\t';
        text.remove_prefix(tab + 1);
    }
}

}  // namespace keel
