#include "ops/kit/registry.hpp"

namespace keel {

const OperationEntry* Registry::find(std::string_view name) const noexcept {
    for (const auto& entry : entries_) {
        if (entry.spec->name == name) return &entry;
    }
    return nullptr;
}

std::vector<std::string> Registry::in_group(std::string_view group) const {
    std::vector<std::string> names;
    for (const auto& entry : entries_) {
        const auto name = entry.spec->name;
        if (name.size() > group.size() && name.starts_with(group) && name[group.size()] == ' ') {
            names.emplace_back(name);
        }
    }
    return names;
}

}  // namespace keel
