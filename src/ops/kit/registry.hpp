#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ops/kit/operation.hpp"

namespace keel {

/// All operations of the program, in the order of the help page. Made by app; no static
/// registration.
class Registry {
  public:
    explicit Registry(std::vector<OperationEntry> entries) : entries_(std::move(entries)) {}
    std::span<const OperationEntry> entries() const noexcept { return entries_; }
    const OperationEntry* find(std::string_view name) const noexcept;
    /// Names that begin with `group` + blank ("migrate" → "migrate up", …).
    std::vector<std::string> in_group(std::string_view group) const;

  private:
    std::vector<OperationEntry> entries_;
};

}  // namespace keel
