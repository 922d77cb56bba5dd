#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cli/command_table.hpp"

namespace keel {

/// Values that only the project knows.
enum class ValueSource { environments, migrations, backups };

struct Candidate {
    std::string text;
    std::string description;
};

/// Fetches them; may be slow or find nothing, and never throws.
using ValueLister = std::function<std::vector<Candidate>(ValueSource source)>;

/// The words that may stand in place of the last of `words` (which may be empty): commands, options
/// or values. ":files" or ":folders" alone tells the shell to complete paths. `words` is without
/// the program's name. Pure but for `list_values`.
std::vector<Candidate> complete(std::span<const std::string> words, const CommandTable& table,
                                const ValueLister& list_values);

/// One candidate a line, its description after a tab.
std::string render_candidates(std::span<const Candidate> candidates);

}  // namespace keel
