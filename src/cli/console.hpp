#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "render/text.hpp"

namespace keel {

/// The screen below the results (stderr): lines that stay, and under them at most one status line
/// that is redrawn in place. Thread-safe.
class Console {
  public:
    using Write = std::function<void(std::string_view)>;
    Console(Write write, TextStyle style) : write_(std::move(write)), style_(style) {}
    ~Console() { clear_status(); }
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    const TextStyle& style() const noexcept { return style_; }
    /// Writes a line (its end is added), keeping the status line below it.
    void line(std::string_view text);
    /// Draws the status line, in place of the one before it. Only for a terminal.
    void status(std::string_view text);
    void clear_status();

  private:
    Write write_;
    TextStyle style_;
    std::mutex mutex_;
    std::string status_;
};

}  // namespace keel
