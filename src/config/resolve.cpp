#include <fmt/format.h>

#include "base/text.hpp"
#include "config/project_state.hpp"
#include "config/value_rules.hpp"

namespace keel {
namespace {

/// Reads the values of one environment by key, with the built-in value where nobody says one.
class Values {
  public:
    Values(const ProjectState& state, std::string_view name) : table_(state.table), name_(name) {}

    void read(std::string_view key, int& value) const {
        if (const auto* node = table_.value(name_, key)) value = static_cast<int>(node->integer);
    }
    void read(std::string_view key, bool& value) const {
        if (const auto* node = table_.value(name_, key)) value = node->boolean;
    }
    void read(std::string_view key, std::chrono::milliseconds& value) const {
        if (const auto* node = table_.value(name_, key))
            value = std::chrono::milliseconds(duration_ms(*node));
    }

  private:
    const EnvironmentTable& table_;
    std::string_view name_;
};

PoolSettings read_pool(const Values& values) {
    PoolSettings pool;
    values.read("pool.size", pool.size);
    values.read("pool.overflow", pool.overflow);
    values.read("pool.timeout", pool.timeout);
    values.read("pool.recycle", pool.recycle);
    values.read("pool.pre_ping", pool.pre_ping);
    return pool;
}

SessionSettings read_session(const Values& values) {
    SessionSettings session;
    values.read("lock_timeout", session.lock_timeout);
    values.read("statement_timeout", session.statement_timeout);
    values.read("connect_timeout", session.connect_timeout);
    values.read("slow_statement", session.slow_statement);
    values.read("echo", session.echo);
    values.read("nested_transactions", session.nested_transactions);
    return session;
}

void merge_settings(Json& lower, const Json& upper) {
    for (const auto& [key, value] : upper.as_object()) {
        const auto* present = lower.find(key);
        if (present != nullptr && present->is_object() && value.is_object()) {
            auto merged = *present;
            merge_settings(merged, value);
            lower.set(key, std::move(merged));
        } else {
            lower.set(key, value);
        }
    }
}

/// "NAME:PUBLIC-KEY", the key in hex.
Approver read_approver(const ConfigNode& node, const Variables& variables) {
    const auto text = variables.expand(node.text, node.where);
    const auto colon = text.rfind(':');
    const auto key = colon == std::string::npos ? std::string() : to_lower(text.substr(colon + 1));
    if (key.size() != 64 || key.find_first_not_of("0123456789abcdef") != std::string::npos) {
        throw Error(ErrorKind::config, "an approver is written as NAME:PUBLIC-KEY")
            .at(node.where)
            .with_hint("keel approve --new-key FILE makes a key and shows its line");
    }
    return {.name = text.substr(0, colon), .public_key = key};
}

ApprovalSettings read_approvals(ProjectState& state, const Values& values, std::string_view name) {
    ApprovalSettings settings;
    values.read("approvals", settings.required);
    values.read("plan_lifetime", settings.plan_lifetime);
    if (const auto* approvers = state.table.value(name, "approvers")) {
        for (const auto& node : approvers->items) {
            settings.approvers.push_back(read_approver(node, state.sources.variables));
        }
    }
    return settings;
}

Json read_settings(const ProjectState& state, std::string_view name) {
    auto tables = state.table.settings_tables(name);
    if (const auto* shared = state.sources.merged.find("settings")) tables.push_back(shared);
    Json result = Json::object();
    for (auto table = tables.rbegin(); table != tables.rend(); ++table)
        merge_settings(result, to_json(**table, state.sources.variables));
    return result;
}

DatabaseUrl parse_at(std::string_view text, const std::filesystem::path& base,
                     const SourcePosition& where, std::string_view origin) {
    try {
        return DatabaseUrl::parse(text, base);
    } catch (Error& error) {
        if (!where.file.empty()) error.set_where(where);
        if (!origin.empty()) error.set_message(fmt::format("{}: {}", origin, error.message()));
        throw;
    }
}

DatabaseUrl parse_override(const ProjectState& state) {
    const auto& text = *state.overrides.database;
    std::error_code ignored;
    const bool is_environment = state.table.knows(normalize_environment_name(text)) &&
                                !std::filesystem::exists(state.sources.start / text, ignored);
    if (is_environment)
        throw Error(ErrorKind::usage,
                    fmt::format("--database takes an address, and '{}' is an environment", text))
            .with_hint(fmt::format("use -e {}; a file of that name is written ./{}", text, text));
    return parse_at(text, state.sources.start, {}, "--database");
}

Error no_address(const ProjectState& state, std::string_view name) {
    auto hint =
        fmt::format("set {}, or url under [environments.{}] in keel.toml",
                    EnvironmentTable::url_variables(name).front(), state.table.written_name(name));
    if (state.sources.variables.get("DATABASE_URL"))
        hint += fmt::format("; DATABASE_URL is the address of '{}'",
                            state.ambient.empty() ? state.chosen : state.ambient);
    return Error(ErrorKind::config, fmt::format("environment '{}' has no database address", name))
        .with_hint(std::move(hint));
}

/// "sqlite:///var/app.db" is a relative path to SQLAlchemy and an absolute one to others: said
/// aloud when only the absolute one is there.
void warn_of_three_slashes(ProjectState& state, std::string_view text, const DatabaseUrl& url) {
    const auto start = text.find(":///");
    const bool has_three = text.starts_with("sqlite") && start != std::string_view::npos &&
                           !text.substr(start + 4).starts_with('/');
    if (!has_three || url.is_memory()) return;
    const auto query = text.find('?');
    const auto absolute = std::filesystem::path(text.substr(start + 3, query - start - 3));
    std::error_code ignored;
    if (!std::filesystem::exists(url.path(), ignored) && std::filesystem::exists(absolute, ignored))
        state.warn(
            fmt::format("an address with three slashes is relative: it means {}; {} is "
                        "written with four slashes",
                        url.path().string(), absolute.string()));
}

/// A variable with an address that differs from the one that counts is easily taken for it.
void warn_of_ignored(ProjectState& state, std::string_view variable, const DatabaseUrl& used,
                     std::string_view name) {
    const auto text = state.sources.variables.get(variable);
    if (!text) return;
    try {
        if (DatabaseUrl::parse(*text, state.sources.root) == used) return;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::config) throw;  // what cannot be read differs, too
    }
    state.warn(
        fmt::format("{} is set to another database and is ignored: keel.toml gives '{}' its "
                    "own url ({})",
                    variable, name, used.redacted()));
}

DatabaseUrl parse_node(ProjectState& state, const ConfigNode& node) {
    const auto secret = fetch_secret(node, state.secret_places());
    auto url = parse_at(secret.reveal(), state.sources.root, node.where, "");
    warn_of_three_slashes(state, secret.reveal(), url);
    return url;
}

DatabaseUrl resolve_url(ProjectState& state, std::string_view name) {
    const bool is_active = owns_shared_address(state, name);
    const bool is_chosen = state.chosen.empty() || state.chosen == name;
    if (state.overrides.database && is_chosen) return parse_override(state);
    const auto source = state.table.url_source(name, is_active);
    if (!source) throw no_address(state, name);
    switch (source->kind) {
        case UrlSource::Kind::own:
        case UrlSource::Kind::inherited: {
            auto url = parse_node(state, *source->node);
            for (const auto& variable : EnvironmentTable::url_variables(name))
                warn_of_ignored(state, variable, url, name);
            if (is_active) warn_of_ignored(state, "DATABASE_URL", url, name);
            return url;
        }
        case UrlSource::Kind::variable:
        case UrlSource::Kind::shared_variable: {
            const auto text = state.sources.variables.get(source->variable).value_or("");
            auto url = parse_at(text, state.sources.root, {},
                                state.sources.variables.origin(source->variable));
            warn_of_three_slashes(state, text, url);
            return url;
        }
        case UrlSource::Kind::built_in:
            return DatabaseUrl::parse("sqlite:keel.db", state.sources.root);
    }
    throw no_address(state, name);
}

std::vector<DatabaseUrl> resolve_replicas(ProjectState& state, std::string_view name) {
    std::vector<DatabaseUrl> result;
    const bool is_replaced = state.overrides.database && state.chosen == name;
    const auto* replicas = is_replaced ? nullptr : state.table.value(name, "replicas");
    if (replicas == nullptr) return result;
    for (const auto& node : replicas->items) result.push_back(parse_node(state, node));
    return result;
}

}  // namespace

Json to_json(const ConfigNode& node, const Variables& variables) {
    switch (node.type) {
        case ConfigNode::Type::text:
            return variables.expand(node.text, node.where);
        case ConfigNode::Type::time:
            return node.text;
        case ConfigNode::Type::integer:
            return node.integer;
        case ConfigNode::Type::number:
            return node.number;
        case ConfigNode::Type::boolean:
            return node.boolean;
        case ConfigNode::Type::array: {
            Json result = Json::array();
            for (const auto& item : node.items) result.push_back(to_json(item, variables));
            return result;
        }
        case ConfigNode::Type::table: {
            Json result = Json::object();
            for (const auto& member : node.members)
                result.set(member.key, to_json(member.value, variables));
            return result;
        }
    }
    return {};
}

bool owns_shared_address(const ProjectState& state, std::string_view name) {
    if (state.chosen.empty()) return true;
    if (state.chosen != name) return false;
    // With keel.toml, -e and --to name an environment beside the one that the variable is for.
    return state.sources.file.empty() || state.ambient == name;
}

Environment resolve(ProjectState& state, std::string_view written) {
    const auto name = normalize_environment_name(written);
    const bool is_ad_hoc = state.overrides.database && state.chosen == name;
    if (!is_ad_hoc) require_known(state, name, "");
    const Values values(state, name);
    Environment environment;
    environment.name = name;
    environment.kind = state.table.kind(name);
    environment.is_protected = state.table.is_protected(name);
    environment.url = resolve_url(state, name);
    environment.replicas = resolve_replicas(state, name);
    environment.pool = read_pool(values);
    environment.session = read_session(values);
    environment.approvals = read_approvals(state, values, name);
    values.read("upgrade_at_start", environment.upgrade_at_start);
    values.read("backup_before_upgrade", environment.backup_before_upgrade);
    environment.settings = read_settings(state, name);
    return environment;
}

}  // namespace keel
