#pragma once

#include "base/context.hpp"
#include "cli/console.hpp"

namespace keel {

/// Messages as lines on the console, from `threshold` upwards.
class TextLogger final : public Logger {
  public:
    TextLogger(Console& console, Level threshold) : console_(console), threshold_(threshold) {}
    void log(Level level, std::string_view message) override;

  private:
    Console& console_;
    Level threshold_;
};

/// Messages as JSON lines: {"event":"log","level":…,"message":…}.
class JsonLogger final : public Logger {
  public:
    JsonLogger(Console& console, Level threshold) : console_(console), threshold_(threshold) {}
    void log(Level level, std::string_view message) override;

  private:
    Console& console_;
    Level threshold_;
};

}  // namespace keel
