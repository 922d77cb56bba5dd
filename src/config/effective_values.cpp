#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "config/key_table.hpp"
#include "config/project_state.hpp"
#include "config/value_rules.hpp"

namespace keel {
namespace {

/// Whether the name of one of the application's own settings says that its value is a secret.
bool is_secret_name(std::string_view name) {
    static constexpr std::array<std::string_view, 6> words = {
        "password", "passphrase", "secret", "token", "key", "credential"};
    const auto lower = to_lower(name);
    return std::any_of(words.begin(), words.end(),
                       [&](auto word) { return lower.find(word) != std::string::npos; });
}

std::string origin_of(const ConfigNode& node) {
    return fmt::format("{}:{}", node.where.file, node.where.line);
}

class EffectiveValues {
  public:
    explicit EffectiveValues(const ProjectState& state) : state_(state) {}

    std::vector<EffectiveValue> run() {
        for (const auto& key : configuration_keys().keys) {
            if (key.name == "defaults") continue;  // shown where they take effect
            if (key.name == "environments")
                add_environments(key.keys.front());
            else
                add(key, state_.sources.merged.find(key.name), std::string(key.name));
        }
        return std::move(values_);
    }

  private:
    void put(std::string key, std::string_view value, std::string origin) {
        values_.push_back({std::move(key), escape_controls(value), std::move(origin)});
    }

    void add(const KeySpec& key, const ConfigNode* node, const std::string& path) {
        if (const auto* given = override_of(path)) return put(path, given->first, given->second);
        if (key.type == KeyType::table) {
            for (const auto& child : key.keys)
                add(child, node ? node->find(child.name) : nullptr,
                    fmt::format("{}.{}", path, child.name));
        } else if (key.type == KeyType::named && node != nullptr) {
            for (const auto& member : node->members)
                add(key.keys.front(), &member.value, fmt::format("{}.{}", path, member.key));
        } else if (key.type == KeyType::list && node != nullptr) {
            for (std::size_t at = 0; at < node->items.size(); ++at)
                put(fmt::format("{}[{}]", path, at), show_any(node->items[at], path),
                    origin_of(node->items[at]));
        } else if (node != nullptr) {
            put(path, show(key, *node, path), origin_of(*node));
        } else if (path == "project.name") {
            put(path, fmt::format("\"{}\"", state_.name), "built-in");
        } else if (!key.default_value.empty()) {
            put(path, std::string(key.default_value), "built-in");
        }
    }

    void add_environments(const KeySpec& table) {
        for (const auto& name : state_.table.names()) {
            const auto path = "environments." + name;
            for (const auto& key : table.keys) add_of_environment(key, name, path);
        }
    }

    void add_of_environment(const KeySpec& key, const std::string& name, const std::string& path) {
        const auto full = fmt::format("{}.{}", path, key.name);
        if (key.name == "url") {
            add_url(name, full);
        } else if (key.name == "kind" || key.name == "protected") {
            const auto* node = state_.table.value(name, key.name);
            const bool is_protected = state_.table.is_protected(name);
            put(full,
                key.name == "kind" ? std::string(to_string(state_.table.kind(name)))
                                   : std::string(is_protected ? "true" : "false"),
                node ? origin_of(*node) : "built-in");
        } else if (key.type == KeyType::table) {
            for (const auto& child : key.keys) {
                const auto inner = fmt::format("{}.{}", key.name, child.name);
                add(child, state_.table.value(name, inner), fmt::format("{}.{}", path, inner));
            }
        } else if (key.type == KeyType::named) {
            const auto tables = state_.table.settings_tables(name);
            for (auto one = tables.rbegin(); one != tables.rend(); ++one) add(key, *one, full);
        } else {
            add(key, state_.table.value(name, key.name), full);
        }
    }

    void add_url(const std::string& name, const std::string& path) {
        if (state_.overrides.database && state_.chosen == name)
            return put(path, show_address(*state_.overrides.database, {}), "--database");
        const auto source = state_.table.url_source(name, owns_shared_address(state_, name));
        if (!source) return;
        if (source->node != nullptr)
            return put(path, show_secret(*source->node, true), origin_of(*source->node));
        if (source->variable.empty())
            return put(path, show_address("sqlite:keel.db", {}), "built-in");
        const auto& variables = state_.sources.variables;
        put(path, show_address(variables.get(source->variable).value_or(""), {}),
            variables.origin(source->variable));
    }

    std::string show(const KeySpec& key, const ConfigNode& node, const std::string& path) const {
        if (key.type == KeyType::address || key.type == KeyType::secret)
            return show_secret(node, key.type == KeyType::address);
        if (key.type == KeyType::addresses) {
            std::vector<std::string> shown;
            for (const auto& item : node.items) shown.push_back(show_secret(item, true));
            return fmt::format("[{}]", join(shown, ", "));
        }
        return show_any(node, path);
    }

    /// References are shown, never followed.
    std::string show_secret(const ConfigNode& node, bool is_address) const {
        if (is_secret_reference(node)) return describe_reference(node);
        return is_address ? show_address(node.text, node.where) : "***";
    }

    std::string show_address(const std::string& text, const SourcePosition& where) const {
        std::string expanded;
        try {
            expanded = where.file.empty() ? text : state_.sources.variables.expand(text, where);
        } catch (const Error& error) {
            return fmt::format("({})", error.message());
        }
        try {
            return DatabaseUrl::parse(expanded, state_.sources.root).redacted();
        } catch (const Error&) {
            // The reason may name a scheme or a parameter, which came from a variable here.
            return "(cannot be read as an address)";
        }
    }

    /// Text as it is written: what ${NAME} stands for may be a secret.
    std::string show_any(const ConfigNode& node, std::string_view path) const {
        if (is_secret_name(path)) return "***";
        switch (node.type) {
            case ConfigNode::Type::text:
            case ConfigNode::Type::time:
                return fmt::format("\"{}\"", node.text);
            case ConfigNode::Type::integer:
                return fmt::format("{}", node.integer);
            case ConfigNode::Type::number:
                return fmt::format("{}", node.number);
            case ConfigNode::Type::boolean:
                return node.boolean ? "true" : "false";
            case ConfigNode::Type::array: {
                std::vector<std::string> shown;
                for (const auto& item : node.items) shown.push_back(show_any(item, path));
                return fmt::format("[{}]", join(shown, ", "));
            }
            case ConfigNode::Type::table: {
                std::vector<std::string> shown;
                for (const auto& member : node.members)
                    shown.push_back(
                        fmt::format("{} = {}", member.key, show_any(member.value, member.key)));
                return fmt::format("{{ {} }}", join(shown, ", "));
            }
        }
        return {};
    }

    const std::pair<std::string, std::string>* override_of(std::string_view path) {
        const auto& given = state_.overrides;
        const auto take =
            [&](const std::optional<std::string>& value,
                std::string_view option) -> const std::pair<std::string, std::string>* {
            if (!value) return nullptr;
            override_ = {fmt::format("\"{}\"", *value), std::string(option)};
            return &override_;
        };
        if (path == "migrations.directory") return take(given.migrations_directory, "--migrations");
        if (path == "migrations.layout") return take(given.layout, "--layout");
        if (path == "backup.repository") return take(given.repository, "--repository");
        return nullptr;
    }

    const ProjectState& state_;
    std::vector<EffectiveValue> values_;
    std::pair<std::string, std::string> override_;
};

}  // namespace

std::vector<EffectiveValue> list_effective_values(const ProjectState& state) {
    return EffectiveValues(state).run();
}

}  // namespace keel
