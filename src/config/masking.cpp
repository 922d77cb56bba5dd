#include "config/masking.hpp"

#include "config/secret_value.hpp"
#include "config/sources.hpp"

namespace keel {
namespace {

MaskRule read_rule(const ConfigNode& node) {
    MaskRule rule;
    if (node.is_text()) {
        if (const auto kind = mask_kind_of(node.text)) {
            rule.kind = *kind;
        } else {
            rule.kind = MaskKind::sql;
            rule.text = node.text;
        }
        return rule;
    }
    const auto& [key, where, value] = node.members.front();
    if (key == "json") {
        rule.kind = MaskKind::json;
        for (const auto& path : value.members)
            rule.paths.emplace_back(path.key, read_rule(path.value));
        return rule;
    }
    rule.kind = key == "fixed" ? MaskKind::fixed : MaskKind::sql;
    rule.text = value.text;
    return rule;
}

SubsetSettings read_subset(const ConfigNode& node) {
    SubsetSettings subset;
    if (const auto* where = node.find("where"))
        for (const auto& member : where->members)
            subset.roots.emplace_back(member.key, member.value.text);
    if (const auto* children = node.find("children"))
        subset.children = static_cast<int>(children->integer);
    if (const auto* parents = node.find("parents")) subset.has_all_parents = parents->text == "all";
    return subset;
}

}  // namespace

MaskSettings load_mask_settings(const ProjectOverrides& overrides,
                                const EnvironmentReader& variables) {
    const auto project = Project::load(overrides, variables);  // which has checked it all
    const auto sources = read_sources(overrides, variables);
    MaskSettings settings;
    if (const auto* mask = sources.merged.find("mask"))
        for (const auto& table : mask->members)
            for (const auto& column : table.value.members)
                settings.columns.push_back({.table = table.key,
                                            .column = column.key,
                                            .rule = read_rule(column.value),
                                            .where = column.where});
    if (const auto* masking = sources.merged.find("masking"))
        if (const auto* key = masking->find("key"))
            settings.key = fetch_secret(*key, {sources.variables, sources.root, true});
    if (const auto* masking = sources.merged.find("masking"))
        if (const auto* objects = masking->find("large_objects"))
            settings.large_objects = objects->text;
    if (const auto* subset = sources.merged.find("subset")) settings.subset = read_subset(*subset);
    return settings;
}

}  // namespace keel
