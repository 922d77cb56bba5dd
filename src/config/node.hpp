#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace keel {

struct ConfigMember;

/// One value of a configuration file, with where it was written. A tree owns everything below it.
struct ConfigNode {
    enum class Type { text, integer, number, boolean, time, array, table };

    Type type = Type::table;
    std::string text;  ///< of text; of a time, as written
    std::int64_t integer = 0;
    double number = 0;
    bool boolean = false;
    std::vector<ConfigNode> items;      ///< of an array
    std::vector<ConfigMember> members;  ///< of a table, in the order of the file
    SourcePosition where;

    bool is_text() const noexcept { return type == Type::text; }
    bool is_table() const noexcept { return type == Type::table; }
    bool is_array() const noexcept { return type == Type::array; }

    /// Member of a table, or a null pointer (also when this is none).
    const ConfigNode* find(std::string_view key) const noexcept;
    const ConfigMember* find_member(std::string_view key) const noexcept;
};

struct ConfigMember {
    std::string key;
    SourcePosition where;  ///< of the key
    ConfigNode value;
};

/// "text", "a whole number" …: for messages.
std::string_view to_string(ConfigNode::Type type) noexcept;

/// `upper` laid over `lower`: tables member by member, everything else replaced.
ConfigNode merge(ConfigNode lower, const ConfigNode& upper);

}  // namespace keel
