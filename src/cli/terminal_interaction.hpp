#pragma once

#include <stop_token>

#include "cli/console.hpp"
#include "ops/kit/interaction.hpp"

namespace keel {

/// The person at the terminal: banners go to the console, answers come from /dev/tty only.
class TerminalInteraction final : public Interaction {
  public:
    struct Options {
        bool json = false;      ///< banners as JSON lines
        bool no_input = false;  ///< as if there were no terminal
    };
    TerminalInteraction(Console& console, Options options, std::stop_token stop)
        : console_(console), options_(options), stop_(std::move(stop)) {}

    void banner(std::string_view text) override;
    bool can_ask() const override;
    /// Throws ErrorKind::cancelled when a stop is requested while it waits.
    std::optional<std::string> ask(std::string_view question) override;

  private:
    Console& console_;
    Options options_;
    std::stop_token stop_;
};

}  // namespace keel
