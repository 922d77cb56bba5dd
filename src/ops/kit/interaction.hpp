#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace keel {

/// How the Runner reaches the person, if there is one.
class Interaction {
  public:
    virtual ~Interaction() = default;
    /// Shown before anything is asked or done; never on the result stream.
    virtual void banner(std::string_view text) = 0;
    /// Whether a person at a terminal can be asked.
    virtual bool can_ask() const = 0;
    /// The answer, or nothing when it could not be asked.
    virtual std::optional<std::string> ask(std::string_view question) = 0;
};

}  // namespace keel
