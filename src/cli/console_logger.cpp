#include "cli/console_logger.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "render/paint.hpp"

namespace keel {

namespace {

Ink ink_of(Level level) noexcept {
    switch (level) {
        case Level::debug:
            return Ink::dim;
        case Level::info:
            return Ink::plain;
        case Level::notice:
            return Ink::cyan;
        case Level::warning:
            return Ink::yellow;
        case Level::error:
            return Ink::red;
    }
    return Ink::plain;
}

}  // namespace

void TextLogger::log(Level level, std::string_view message) {
    if (level < threshold_) return;
    const std::string text = escape_controls(message, true);
    const std::string label = level == Level::info ? ""
                                                   : paint(fmt::format("{}:", to_string(level)),
                                                           ink_of(level), console_.style().color) +
                                                         " ";
    console_.line(label + text);
}

void JsonLogger::log(Level level, std::string_view message) {
    if (level < threshold_) return;
    console_.line(Json::object()
                      .set("event", "log")
                      .set("level", to_string(level))
                      .set("message", message)
                      .dump());
}

}  // namespace keel
