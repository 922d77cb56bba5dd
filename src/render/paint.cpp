#include "render/paint.hpp"

namespace keel {

namespace {

std::string_view begin_of(Ink ink) noexcept {
    switch (ink) {
        case Ink::plain:
            return "";
        case Ink::bold:
            return "\x1b[1m";
        case Ink::dim:
            return "\x1b[2m";
        case Ink::red:
            return "\x1b[31m";
        case Ink::green:
            return "\x1b[32m";
        case Ink::yellow:
            return "\x1b[33m";
        case Ink::cyan:
            return "\x1b[36m";
    }
    return "";
}

}  // namespace

std::string paint(std::string_view text, Ink ink, bool color) {
    if (!color || ink == Ink::plain || text.empty()) return std::string(text);
    return std::string(begin_of(ink)).append(text).append("\x1b[0m");
}

}  // namespace keel
