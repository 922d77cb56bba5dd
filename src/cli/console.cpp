#include "cli/console.hpp"

namespace keel {

namespace {

constexpr std::string_view erase_line = "\r\x1b[K";

}  // namespace

void Console::line(std::string_view text) {
    const std::lock_guard lock(mutex_);
    std::string output;
    if (!status_.empty()) output += erase_line;
    output.append(text).append("\n").append(status_);
    write_(output);
}

void Console::status(std::string_view text) {
    const std::lock_guard lock(mutex_);
    write_(std::string(erase_line).append(text));
    status_ = text;
}

void Console::clear_status() {
    const std::lock_guard lock(mutex_);
    if (status_.empty()) return;
    status_.clear();
    write_(erase_line);
}

}  // namespace keel
