#include "base/secret.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace keel {
namespace {

std::string percent_encoded(std::string_view text) {
    static constexpr std::string_view plain = "-._~";
    std::string result;
    for (const char c : text) {
        const bool alphanumeric =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (alphanumeric || plain.find(c) != std::string_view::npos)
            result += c;
        else
            result += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
    return result;
}

}  // namespace

std::string Secret::redact(std::string_view text) const {
    if (text_.size() < 3) return std::string(text);
    return replace_all(replace_all(text, text_, "***"), percent_encoded(text_), "***");
}

}  // namespace keel
