#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/environment_variables.hpp"
#include "base/error.hpp"

namespace keel {

/// One line of a .env file: its value before ${NAME} is replaced in it.
struct DotenvEntry {
    std::string text;
    bool is_literal = false;  ///< single-quoted: nothing is replaced
    SourcePosition where;
};
using Dotenv = std::map<std::string, DotenvEntry, std::less<>>;

/// Reads the form that docs/reference/configuration.md describes. Throws ErrorKind::config with the
/// line; what stands on it is never quoted.
Dotenv parse_dotenv(std::string_view text, const std::string& file);

/// The process environment with a .env file beneath it. Empty values count as unset.
class Variables {
  public:
    explicit Variables(EnvironmentReader process) : process_(std::move(process)) {}
    void set_dotenv(Dotenv dotenv) { dotenv_ = std::move(dotenv); }
    const Dotenv& dotenv() const noexcept { return dotenv_; }

    /// Throws ErrorKind::config for a .env value that names an unset variable or itself.
    std::optional<std::string> get(std::string_view name) const { return get(name, 0); }
    /// "environment variable X" or ".env:4".
    std::string origin(std::string_view name) const;
    /// `text` with each ${NAME} and ${NAME:-default} replaced; "$${" stands for "${". Throws
    /// ErrorKind::config at `where` for an unset variable.
    std::string expand(std::string_view text, const SourcePosition& where) const {
        return expand(text, where, 0);
    }

  private:
    std::optional<std::string> get(std::string_view name, int depth) const;
    std::string expand(std::string_view text, const SourcePosition& where, int depth) const;
    std::string replacement(std::string_view reference, const SourcePosition& where,
                            int depth) const;

    EnvironmentReader process_;
    Dotenv dotenv_;
};

}  // namespace keel
