#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.hpp"
#include "config/variables.hpp"
#include "model/environment.hpp"

namespace keel {

/// Where an environment's address is written.
struct UrlSource {
    enum class Kind { own, variable, inherited, shared_variable, built_in };
    Kind kind = Kind::built_in;
    const ConfigNode* node = nullptr;  ///< own, inherited
    std::string variable;              ///< variable, shared_variable
    std::string environment;           ///< inherited: whose it is
};

/// The environments that keel.toml declares and those that customary variables imply. Views into
/// the tree, which must outlive it. Expects a tree without findings; with some it still answers,
/// as well as it can.
class EnvironmentTable {
  public:
    EnvironmentTable(const ConfigNode& tree, const Variables& variables);

    /// Declared ones in the order of the file, then customary ones whose variable is set; `dev`
    /// when nothing is declared at all.
    std::vector<std::string> names() const;
    /// Also true for every customary name when nothing is declared at all.
    bool knows(std::string_view name) const;
    bool is_declared(std::string_view name) const { return find(name) != nullptr; }
    /// As it is spelled in keel.toml.
    std::string written_name(std::string_view name) const;

    /// The value of a key ("echo", "pool.size") as this environment says it, inherits it, or finds
    /// it in [defaults]; a null pointer when nobody says anything.
    const ConfigNode* value(std::string_view name, std::string_view key) const;
    /// Whose [environments.X.settings] hold, nearest first.
    std::vector<const ConfigNode*> settings_tables(std::string_view name) const;

    EnvironmentKind kind(std::string_view name) const;
    bool is_protected(std::string_view name) const;

    /// Where the address comes from, in the documented order; nothing when nobody says it. The
    /// shared DATABASE_URL belongs to the active environment alone.
    std::optional<UrlSource> url_source(std::string_view name, bool is_active) const;
    /// The customary variables of an environment that are looked at, most usual first.
    static std::vector<std::string> url_variables(std::string_view name);

    /// Names from `name` up its chain of `inherits`. Ends before a name that repeats.
    std::vector<std::string> chain(std::string_view name) const;

  private:
    struct Declared {
        std::string name;
        const ConfigMember* member;
    };
    const ConfigNode* find(std::string_view name) const;
    std::optional<std::string> set_variable(std::string_view name) const;
    const ConfigNode* find_in_chain(std::string_view name, std::string_view key) const;

    std::vector<Declared> declared_;
    const ConfigNode* defaults_ = nullptr;
    const Variables& variables_;
};

}  // namespace keel
