#include "config/node.hpp"

#include <algorithm>

namespace keel {

const ConfigMember* ConfigNode::find_member(std::string_view key) const noexcept {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const auto& member) { return member.key == key; });
    return found == members.end() ? nullptr : &*found;
}

const ConfigNode* ConfigNode::find(std::string_view key) const noexcept {
    const auto* member = find_member(key);
    return member ? &member->value : nullptr;
}

std::string_view to_string(ConfigNode::Type type) noexcept {
    switch (type) {
        case ConfigNode::Type::text:
            return "text";
        case ConfigNode::Type::integer:
            return "a whole number";
        case ConfigNode::Type::number:
            return "a number with a fraction";
        case ConfigNode::Type::boolean:
            return "true or false";
        case ConfigNode::Type::time:
            return "a date or time";
        case ConfigNode::Type::array:
            return "a list";
        case ConfigNode::Type::table:
            return "a table";
    }
    return "text";
}

ConfigNode merge(ConfigNode lower, const ConfigNode& upper) {
    if (!lower.is_table() || !upper.is_table()) return upper;
    for (const auto& member : upper.members) {
        const auto found =
            std::find_if(lower.members.begin(), lower.members.end(),
                         [&](const auto& present) { return present.key == member.key; });
        if (found == lower.members.end()) {
            lower.members.push_back(member);
        } else {
            found->value = merge(std::move(found->value), member.value);
            found->where = member.where;
        }
    }
    return lower;
}

}  // namespace keel
