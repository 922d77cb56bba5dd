#pragma once

#include <string>
#include <string_view>

namespace keel {

/// Text that must not be shown. It has no formatter and no stream operator: whoever needs it says
/// `reveal`.
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}

    const std::string& reveal() const noexcept { return text_; }
    bool empty() const noexcept { return text_.empty(); }

    /// `text` with every occurrence of the secret (as it is, and percent-encoded) replaced by
    /// "***". Secrets shorter than three characters are left alone: they would blank out ordinary
    /// words.
    std::string redact(std::string_view text) const;

  private:
    std::string text_;
};

}  // namespace keel
