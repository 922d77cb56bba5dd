#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/manifest.hpp"

namespace keel {

/// Names of tables as people give them: "orders", "log_*", "audit.events", "audit.*". Without a
/// schema it is any schema's. Pure.
class TablePatterns {
  public:
    explicit TablePatterns(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}

    bool empty() const noexcept { return patterns_.empty(); }
    bool matches(std::string_view schema, std::string_view table) const;
    /// Throws ErrorKind::not_found for a pattern that means none of `tables`.
    void require_matches(std::span<const TableContent> tables) const;

  private:
    std::vector<std::string> patterns_;
};

/// Whether `text` is what `pattern` says, where * stands for any characters and ? for one.
bool matches_pattern(std::string_view pattern, std::string_view text) noexcept;

}  // namespace keel
