#include "config/environments.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace keel {
namespace {

constexpr std::array<std::string_view, 4> customary_names = {"dev", "test", "stage", "prod"};

bool is_customary(std::string_view name) {
    return std::find(customary_names.begin(), customary_names.end(), name) != customary_names.end();
}

std::string variable_stem(std::string_view name) {
    std::string result;
    for (const char c : name) {
        const bool is_lower = c >= 'a' && c <= 'z';
        result += is_lower ? static_cast<char>(c - 'a' + 'A') : c == '-' ? '_' : c;
    }
    return result;
}

/// "pool.size" below a table.
const ConfigNode* find_path(const ConfigNode& table, std::string_view key) {
    const auto dot = key.find('.');
    const auto* found = table.find(key.substr(0, dot));
    if (found == nullptr || dot == std::string_view::npos) return found;
    return find_path(*found, key.substr(dot + 1));
}

const ConfigNode* of_type(const ConfigNode* node, ConfigNode::Type type) {
    return node != nullptr && node->type == type ? node : nullptr;
}

}  // namespace

EnvironmentTable::EnvironmentTable(const ConfigNode& tree, const Variables& variables)
    : defaults_(tree.find("defaults")), variables_(variables) {
    const auto* environments = tree.find("environments");
    if (environments == nullptr) return;
    for (const auto& member : environments->members)
        if (member.value.is_table())
            declared_.push_back({normalize_environment_name(member.key), &member});
}

std::vector<std::string> EnvironmentTable::names() const {
    std::vector<std::string> result;
    for (const auto& one : declared_) result.push_back(one.name);
    for (const auto name : customary_names) {
        const bool stands_alone = name == "dev" && declared_.empty();
        if (!is_declared(name) && (stands_alone || set_variable(name))) result.emplace_back(name);
    }
    return result;
}

bool EnvironmentTable::knows(std::string_view name) const {
    if (is_declared(name)) return true;
    return is_customary(name) && (declared_.empty() || set_variable(name));
}

std::string EnvironmentTable::written_name(std::string_view name) const {
    for (const auto& one : declared_)
        if (one.name == name) return one.member->key;
    return std::string(name);
}

const ConfigNode* EnvironmentTable::find(std::string_view name) const {
    for (const auto& one : declared_)
        if (one.name == name) return &one.member->value;
    return nullptr;
}

std::vector<std::string> EnvironmentTable::chain(std::string_view name) const {
    std::vector<std::string> result;
    std::string next(name);
    while (std::find(result.begin(), result.end(), next) == result.end()) {
        const auto* node = find(next);
        if (node == nullptr && !result.empty()) break;
        result.push_back(next);
        const auto* parent =
            node ? of_type(node->find("inherits"), ConfigNode::Type::text) : nullptr;
        if (parent == nullptr) break;
        next = normalize_environment_name(parent->text);
    }
    return result;
}

const ConfigNode* EnvironmentTable::find_in_chain(std::string_view name,
                                                  std::string_view key) const {
    for (const auto& one : chain(name)) {
        const auto* node = find(one);
        if (const auto* found = node ? find_path(*node, key) : nullptr) return found;
    }
    return nullptr;
}

const ConfigNode* EnvironmentTable::value(std::string_view name, std::string_view key) const {
    if (const auto* found = find_in_chain(name, key)) return found;
    return defaults_ ? find_path(*defaults_, key) : nullptr;
}

std::vector<const ConfigNode*> EnvironmentTable::settings_tables(std::string_view name) const {
    std::vector<const ConfigNode*> result;
    for (const auto& one : chain(name))
        if (const auto* node = find(one))
            if (const auto* settings = node->find("settings")) result.push_back(settings);
    return result;
}

EnvironmentKind EnvironmentTable::kind(std::string_view name) const {
    for (const auto& one : chain(name)) {
        const auto* node = find(one);
        const auto* written = node ? of_type(node->find("kind"), ConfigNode::Type::text) : nullptr;
        if (written) return kind_of_environment_name(written->text);
        const auto implied = kind_of_environment_name(one);
        if (implied != EnvironmentKind::other) return implied;
    }
    return EnvironmentKind::other;
}

bool EnvironmentTable::is_protected(std::string_view name) const {
    const auto* node = find(name);
    const auto* own = node ? of_type(node->find("protected"), ConfigNode::Type::boolean) : nullptr;
    if (own != nullptr && own->boolean) return true;
    // Whoever uses a protected environment's database is as protected as it is, whatever it says.
    const auto source = url_source(name, false);
    if (source && source->kind == UrlSource::Kind::inherited && is_protected(source->environment))
        return true;
    if (own != nullptr) return false;
    if (kind(name) == EnvironmentKind::production) return true;
    const auto* inherited = of_type(find_in_chain(name, "protected"), ConfigNode::Type::boolean);
    return inherited != nullptr && inherited->boolean;
}

std::vector<std::string> EnvironmentTable::url_variables(std::string_view name) {
    if (name == "stage") return {"STAGE_DATABASE_URL", "STAGING_DATABASE_URL"};
    return {variable_stem(name) + "_DATABASE_URL"};
}

std::optional<std::string> EnvironmentTable::set_variable(std::string_view name) const {
    for (auto& one : url_variables(name))
        if (variables_.get(one)) return one;
    return std::nullopt;
}

std::optional<UrlSource> EnvironmentTable::url_source(std::string_view name, bool is_active) const {
    using enum UrlSource::Kind;
    const auto* node = find(name);
    if (const auto* written = node ? node->find("url") : nullptr)
        return UrlSource{own, written, {}, {}};
    if (auto set = set_variable(name)) return UrlSource{variable, nullptr, std::move(*set), {}};
    for (const auto& one : chain(name)) {
        const auto* above = find(one);
        if (const auto* url = above ? above->find("url") : nullptr)
            return UrlSource{inherited, url, {}, one};
    }
    if (is_active && variables_.get("DATABASE_URL"))
        return UrlSource{shared_variable, nullptr, "DATABASE_URL", {}};
    if (name == "dev") return UrlSource{built_in, nullptr, {}, {}};
    return std::nullopt;
}

}  // namespace keel
