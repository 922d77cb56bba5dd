#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ops/kit/operation.hpp"

namespace keel {

/// Every command there is, as specs: the operations of the registry, then what the command line
/// adds to them. Refers to the specs, which must outlive it.
class CommandTable {
  public:
    explicit CommandTable(std::vector<const OperationSpec*> specs) : specs_(std::move(specs)) {}
    static CommandTable from(std::span<const OperationEntry> entries,
                             std::span<const OperationSpec> builtins);

    const std::vector<const OperationSpec*>& all() const noexcept { return specs_; }
    const OperationSpec* find(std::string_view name) const noexcept;
    /// The commands of two words whose first is `group`.
    std::vector<const OperationSpec*> in_group(std::string_view group) const;
    bool is_group(std::string_view word) const { return !in_group(word).empty(); }

    /// " (did you mean 'migrate up'?)" for words that are no command: a mistyped word, or the right
    /// verb without its group.
    std::string suggestion(const std::vector<std::string>& words) const;

  private:
    std::vector<const OperationSpec*> specs_;
};

/// "--label LABEL", "NAME", "[NAME…]": how an option is written, by itself.
std::string option_usage(const OptionSpec& option);
/// What stands for the value: "LABEL". Empty for flags.
std::string value_name(const OptionSpec& option);
bool is_positional(const OptionSpec& option) noexcept;

}  // namespace keel
