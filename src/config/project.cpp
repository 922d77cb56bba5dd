#include "config/project.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/check_meaning.hpp"
#include "config/key_table.hpp"
#include "config/locate.hpp"
#include "config/project_state.hpp"
#include "config/selection.hpp"
#include "config/value_rules.hpp"
#include "model/object_storage.hpp"

namespace keel {
namespace {

const ConfigNode* find(const ConfigNode& root, std::string_view table, std::string_view key) {
    const auto* found = root.find(table);
    return found ? found->find(key) : nullptr;
}

/// Text of a section with ${NAME} replaced, or the fallback.
std::string text_or(const Sources& sources, std::string_view table, std::string_view key,
                    std::string_view fallback) {
    const auto* node = find(sources.merged, table, key);
    return node ? sources.variables.expand(node->text, node->where) : std::string(fallback);
}

std::filesystem::path absolute(const std::filesystem::path& base, const std::string& path) {
    return (base / path).lexically_normal();
}

std::string read_repository(const Sources& sources, const ProjectOverrides& overrides) {
    auto text = overrides.repository.value_or(text_or(sources, "backup", "repository", "backups"));
    if (is_object_storage(text)) return text;
    return absolute(overrides.repository ? sources.start : sources.root, text).string();
}

BackupSettings read_backup(const Sources& sources, const ProjectOverrides& overrides) {
    BackupSettings backup;
    backup.repository = read_repository(sources, overrides);
    if (const auto* passphrase = find(sources.merged, "backup", "encryption"))
        if (const auto* node = passphrase->find("passphrase")) {
            backup.encryption_configured = true;
            backup.encryption.set("passphrase", is_secret_reference(*node)
                                                    ? describe_reference(*node)
                                                    : std::string("***"));
        }
    if (const auto* encryption = find(sources.merged, "backup", "encryption"))
        if (const auto* node = encryption->find("key_file")) {
            const auto path = sources.variables.expand(node->text, node->where);
            backup.encryption_configured = true;
            backup.key_file = absolute(sources.root, path);
            backup.encryption.set("key_file", path);
        }
    if (const auto* keep = find(sources.merged, "backup", "keep"))
        backup.keep = to_json(*keep, sources.variables);
    return backup;
}

/// SQL files are found from the project's root; the first word of a command may be, too.
std::vector<std::string> read_hooks(const Sources& sources, const ConfigNode& table,
                                    std::string_view key) {
    std::vector<std::string> hooks;
    const auto* list = table.find(key);
    if (list == nullptr) return hooks;
    for (const ConfigNode& item : list->items) {
        std::string hook = sources.variables.expand(item.text, item.where);
        if (hook.ends_with(".sql")) hook = absolute(sources.root, hook).string();
        hooks.push_back(std::move(hook));
    }
    return hooks;
}

void read_around(const Sources& sources, MigrationSettings& migrations) {
    if (const auto* placeholders = find(sources.merged, "migrations", "placeholders"))
        for (const ConfigMember& member : placeholders->members)
            migrations.placeholders[member.key] =
                sources.variables.expand(member.value.text, member.value.where);
    // Not expanded: it is made of the very signs that variables are written with.
    if (const auto* form = find(sources.merged, "migrations", "placeholder_form"))
        migrations.placeholder_form = form->text;
    if (const auto* backup = find(sources.merged, "migrations", "backup"))
        migrations.backup = backup->text;
    if (const auto* scope = find(sources.merged, "migrations", "backup_scope"))
        migrations.backup_scope = scope->text;
    if (const auto* failure = find(sources.merged, "migrations", "on_failure"))
        migrations.on_failure = failure->text;
    if (const auto* hooks = find(sources.merged, "migrations", "hooks")) {
        migrations.hooks.before_all = read_hooks(sources, *hooks, "before_all");
        migrations.hooks.before_each = read_hooks(sources, *hooks, "before_each");
        migrations.hooks.after_each = read_hooks(sources, *hooks, "after_each");
        migrations.hooks.after_all = read_hooks(sources, *hooks, "after_all");
        migrations.hooks.before_down = read_hooks(sources, *hooks, "before_down");
        migrations.hooks.before_each_down = read_hooks(sources, *hooks, "before_each_down");
        migrations.hooks.after_each_down = read_hooks(sources, *hooks, "after_each_down");
        migrations.hooks.after_down = read_hooks(sources, *hooks, "after_down");
    }
}

MigrationSettings read_migrations(const Sources& sources, const ProjectOverrides& overrides) {
    MigrationSettings migrations;
    const auto base = overrides.migrations_directory ? sources.start : sources.root;
    migrations.directory = absolute(base, overrides.migrations_directory.value_or(text_or(
                                              sources, "migrations", "directory", "migrations")));
    const auto* layout = find(sources.merged, "migrations", "layout");
    migrations.layout = overrides.layout.value_or(layout ? layout->text : "auto");
    const auto schema = text_or(sources, "migrations", "schema", "");
    if (!schema.empty()) migrations.schema = absolute(sources.root, schema);
    migrations.rehearsal = text_or(sources, "migrations", "rehearsal", migrations.rehearsal);
    read_around(sources, migrations);
    return migrations;
}

LintConfiguration read_lint(const Sources& sources) {
    LintConfiguration lint;
    const auto list = [&](std::string_view key, std::vector<std::string>& target) {
        if (const auto* value = find(sources.merged, "lint", key))
            for (const auto& item : value->items) target.push_back(item.text);
    };
    list("ignore", lint.ignore);
    list("enable", lint.enable);
    list("errors", lint.errors);
    lint.since = text_or(sources, "lint", "since", "");
    lint.before_up = text_or(sources, "lint", "before_up", lint.before_up);
    return lint;
}

void check_layout(const ProjectOverrides& overrides) {
    if (!overrides.layout) return;
    const auto* key = find_key(find_key(configuration_keys().keys, "migrations")->keys, "layout");
    ConfigNode node;
    node.type = ConfigNode::Type::text;
    node.text = *overrides.layout;
    if (const auto problem = value_problem(*key, node); !problem.empty())
        throw Error(ErrorKind::usage, fmt::format("--layout {}", problem))
            .with_hint("see: keel migrate --help");
}

/// Every mistake of the files. The meaning of keys is only looked at once the keys are right.
std::vector<Diagnostic> all_findings(const Sources& sources) {
    if (!sources.findings.empty()) return sources.findings;
    try {
        return check_meaning(sources);
    } catch (const Error& error) {
        return {to_finding(error, "config.dotenv")};  // a variable that .env defines by itself
    }
}

void throw_first_error(const std::vector<Diagnostic>& findings) {
    const auto is_error = [](const auto& finding) { return finding.severity == Severity::error; };
    const auto first = std::find_if(findings.begin(), findings.end(), is_error);
    if (first == findings.end()) return;
    const auto others = std::count_if(findings.begin(), findings.end(), is_error) - 1;
    auto message = first->message;
    if (others > 0)
        message += fmt::format(" (and {} more mistake{}: keel config check lists all)", others,
                               others == 1 ? "" : "s");
    throw Error(ErrorKind::config, std::move(message)).with_hint(first->hint).at(first->where);
}

/// Addresses behind ${NAME}: a mistake where they are needed now, else only worth knowing, because
/// another machine may well have the variable.
void check_template(const ProjectState& state, const std::string& name, bool is_active,
                    std::vector<Diagnostic>& findings) {
    const auto source = state.table.url_source(name, false);
    if (!source || source->kind != UrlSource::Kind::own || !source->node->is_text()) return;
    const auto& node = *source->node;
    if (node.text.find("${") == std::string::npos) return;
    try {
        const auto text = state.sources.variables.expand(node.text, node.where);
        static_cast<void>(DatabaseUrl::parse(text, state.sources.root));
    } catch (const Error& error) {
        auto finding = to_finding(error, "config.unresolved");
        finding.severity = is_active ? Severity::error : Severity::warning;
        finding.where = node.where;
        findings.push_back(std::move(finding));
    }
}

}  // namespace

ProjectState::ProjectState(Sources read, ProjectOverrides given)
    : sources(std::move(read)),
      overrides(std::move(given)),
      table(sources.merged, sources.variables),
      name(text_or(sources, "project", "name", sources.root.filename().string())),
      migrations(read_migrations(sources, overrides)),
      lint(read_lint(sources)),
      backup(read_backup(sources, overrides)) {
    if (const auto* files = find(sources.merged, "project", "state_files"))
        for (const auto& file : files->items)
            state_files.push_back(absolute(sources.root, file.text));
}

SecretPlaces ProjectState::secret_places() const {
    return {sources.variables, sources.root, sources.file.empty() || is_own_file(sources.file)};
}

void ProjectState::warn(std::string warning) {
    if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end())
        warnings.push_back(std::move(warning));
}

Project::Project(std::unique_ptr<ProjectState> state) : state_(std::move(state)) {}
Project::Project(Project&&) noexcept = default;
Project& Project::operator=(Project&&) noexcept = default;
Project::~Project() = default;

Project Project::load(const ProjectOverrides& overrides, const EnvironmentReader& variables) {
    check_layout(overrides);
    auto sources = read_sources(overrides, variables);
    throw_first_error(all_findings(sources));
    return Project(std::make_unique<ProjectState>(std::move(sources), overrides));
}

std::vector<Diagnostic> Project::check(const ProjectOverrides& overrides,
                                       const EnvironmentReader& variables) {
    try {
        auto sources = read_sources(overrides, variables);
        auto findings = all_findings(sources);
        const bool is_broken =
            std::any_of(findings.begin(), findings.end(),
                        [](const auto& finding) { return finding.severity == Severity::error; });
        if (is_broken) return findings;
        ProjectState state(std::move(sources), overrides);
        const auto active = choose(state, SystemClock().now()).name;
        for (const auto& name : state.table.names())
            check_template(state, name, name == active, findings);
        return findings;
    } catch (const Error& error) {
        return {to_finding(error, "config.unusable")};
    }
}

const std::filesystem::path& Project::root() const noexcept {
    return state_->sources.root;
}
const std::filesystem::path& Project::file() const noexcept {
    return state_->sources.file;
}
const std::string& Project::name() const noexcept {
    return state_->name;
}
std::filesystem::path Project::state_directory() const {
    return root() / ".keel";
}
const std::vector<std::string>& Project::warnings() const noexcept {
    return state_->warnings;
}
const MigrationSettings& Project::migrations() const noexcept {
    return state_->migrations;
}

const LintConfiguration& Project::lint() const noexcept {
    return state_->lint;
}
const BackupSettings& Project::backup() const noexcept {
    return state_->backup;
}
std::vector<std::filesystem::path> Project::state_files() const {
    return state_->state_files;
}

std::vector<std::string> Project::environment_names() const {
    auto names = state_->table.names();
    const auto& chosen = state_->chosen;
    if (!chosen.empty() && std::find(names.begin(), names.end(), chosen) == names.end())
        names.push_back(chosen);
    return names;
}

EnvironmentChoice Project::choose_environment(TimePoint now) const {
    return choose(*state_, now);
}

Environment Project::environment(std::string_view name) const {
    return resolve(*state_, name);
}

EnvironmentKind Project::kind_of(std::string_view name) const {
    return state_->table.kind(normalize_environment_name(name));
}

bool Project::is_protected(std::string_view name) const {
    return state_->table.is_protected(normalize_environment_name(name));
}

std::optional<Secret> Project::backup_passphrase() const {
    const auto* encryption = find(state_->sources.merged, "backup", "encryption");
    const auto* node = encryption ? encryption->find("passphrase") : nullptr;
    if (node == nullptr) return std::nullopt;
    return fetch_secret(*node, state_->secret_places());
}

std::vector<EffectiveValue> Project::effective_values() const {
    return list_effective_values(*state_);
}

void Project::persist_selection(std::string_view name, TimePoint now) const {
    const auto normal = normalize_environment_name(name);
    if (!normal.empty()) require_known(*state_, normal, "");
    write_selection(state_directory(), state_->state_files,
                    {normal, state_->table.written_name(normal), now});
}

}  // namespace keel
