#include "cli/terminal_interaction.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"
#include "render/paint.hpp"

namespace keel {

void TerminalInteraction::banner(std::string_view text) {
    if (options_.json) {
        console_.line(Json::object().set("event", "banner").set("message", text).dump());
        return;
    }
    console_.line(paint(escape_controls(text, true), Ink::yellow, console_.style().color));
}

bool TerminalInteraction::can_ask() const {
    return !options_.no_input && has_terminal();
}

std::optional<std::string> TerminalInteraction::ask(std::string_view question) {
    if (!can_ask()) return std::nullopt;
    console_.clear_status();
    std::optional<std::string> answer = ask_terminal(escape_controls(question, true), stop_);
    if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "interrupted at the question");
    return answer;
}

}  // namespace keel
