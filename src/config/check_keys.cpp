#include "config/check_keys.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/key_table.hpp"
#include "config/value_rules.hpp"

namespace keel {
namespace {

std::string below(std::string_view path, std::string_view key) {
    return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

/// The table that a key of that name belongs to, as it would be written; empty when there is none.
std::string home_of(const KeySpec& table, std::string_view path, std::string_view name) {
    for (const auto& key : table.keys) {
        const auto here = key.name == "NAME" || key.name == "TABLE" || !key.keys.empty()
                              ? below(path, key.name)
                              : std::string(path);
        if (key.name == name && !path.empty()) return std::string(path);
        if (auto found = home_of(key, here, name); !found.empty()) return found;
    }
    return {};
}

class KeyChecker {
  public:
    std::vector<Diagnostic> run(const ConfigNode& file) {
        check_table(configuration_keys(), file, "");
        return std::move(findings_);
    }

  private:
    void report(std::string_view rule, std::string message, std::string hint,
                const SourcePosition& where) {
        findings_.push_back({Severity::error, fmt::format("config.{}", rule), std::move(message),
                             std::move(hint), where});
    }

    void check_table(const KeySpec& table, const ConfigNode& node, const std::string& path) {
        for (const auto& member : node.members) {
            if (const auto* key = find_key(table.keys, member.key))
                check_value(*key, member.value, below(path, member.key));
            else
                report_unknown(table, member, path);
        }
        for (const auto& key : table.keys)
            if (key.required && node.find(key.name) == nullptr)
                report("missing-key", fmt::format("[[{}]] needs '{}'", path, key.name),
                       std::string(key.help), node.where);
    }

    void report_unknown(const KeySpec& table, const ConfigMember& member, const std::string& path) {
        std::vector<std::string> names;
        for (const auto& key : table.keys) names.emplace_back(key.name);
        const auto near = did_you_mean(member.key, names);
        const auto home = near.empty() ? home_of(configuration_keys(), "", member.key) : "";
        const auto place = path.empty() ? "at the top of the file" : fmt::format("in [{}]", path);
        report("unknown-key",
               fmt::format("unknown key '{}' {}{}", escape_controls(member.key), place, near),
               home.empty() ? fmt::format("known here: {}", join(names, ", "))
                            : fmt::format("'{}' belongs in [{}]", member.key, home),
               member.where);
    }

    void check_value(const KeySpec& key, const ConfigNode& value, const std::string& path) {
        if (const auto problem = value_problem(key, value); !problem.empty()) {
            report("bad-value", fmt::format("'{}' {}", path, problem),
                   fmt::format("{}: {}", path, key.help), value.where);
        } else if (key.type == KeyType::table) {
            check_table(key, value, path);
        } else if (key.type == KeyType::named) {
            for (const auto& member : value.members)
                check_value(key.keys.front(), member.value, below(path, member.key));
        } else if (key.type == KeyType::list) {
            check_list(key, value, path);
        } else if (key.type == KeyType::addresses) {
            auto one = key;
            one.type = KeyType::address;
            for (const auto& item : value.items) check_value(one, item, path);
        }
    }

    void check_list(const KeySpec& key, const ConfigNode& value, const std::string& path) {
        for (const auto& item : value.items) {
            if (item.is_table())
                check_table(key, item, path);
            else
                report("bad-value", fmt::format("'{}' must be tables: [[{}]]", path, path),
                       std::string(key.help), item.where);
        }
    }

    std::vector<Diagnostic> findings_;
};

}  // namespace

std::vector<Diagnostic> check_keys(const ConfigNode& file) {
    return KeyChecker().run(file);
}

}  // namespace keel
