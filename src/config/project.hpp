#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/environment_variables.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "model/diagnostic.hpp"
#include "model/environment.hpp"
#include "model/object_storage.hpp"

namespace keel {

/// What runs around migrations: SQL files (absolute paths that end in .sql) and command lines.
struct MigrationHooks {
    std::vector<std::string> before_all;
    std::vector<std::string> before_each;
    std::vector<std::string> after_each;
    std::vector<std::string> after_all;
    std::vector<std::string> before_down;  ///< the same, around what is undone
    std::vector<std::string> before_each_down;
    std::vector<std::string> after_each_down;
    std::vector<std::string> after_down;
};

struct MigrationSettings {
    std::filesystem::path directory;  ///< absolute
    std::string layout = "auto";
    std::filesystem::path schema;                     ///< absolute; empty when not configured
    std::map<std::string, std::string> placeholders;  ///< values by name
    std::string placeholder_form = "${name}";
    MigrationHooks hooks;
    /// What `migrate up` does about files that were not rehearsed, on a protected environment that
    /// holds rows.
    std::string rehearsal = "refuse";       ///< "refuse", "warn", "off"
    std::string backup = "destructive";     ///< when up takes one first; or "always"
    std::string backup_scope = "database";  ///< or "tables": those that are touched
    std::string on_failure = "stop";        ///< or "restore": from that backup
};

/// What [lint] says about the rules of `keel migrate lint`, by their ids or names.
struct LintConfiguration {
    std::vector<std::string> ignore;  ///< rules that are switched off
    std::vector<std::string> enable;  ///< rules that are off by default
    std::vector<std::string> errors;  ///< rules whose findings are errors
    std::string since;                ///< older versions are not looked at
    std::string before_up = "warn";   ///< "refuse", "warn", "off"
};

struct BackupSettings {
    std::string repository;  ///< absolute folder, or s3://bucket/prefix
    bool encryption_configured = false;
    Json encryption = Json::object();  ///< where the passphrase comes from; never the passphrase
    std::filesystem::path key_file;    ///< absolute; empty when not configured
    Json keep = Json::object();
};

/// What [backup] has run and told around `backup create`.
struct BackupAround {
    std::vector<std::string> before;  ///< command lines
    std::vector<std::string> after;
    std::vector<std::string> failed;
    std::optional<Secret> heartbeat;  ///< an address; whoever knows it can tell lies there
};

/// What the command line may say over the configuration, for one call.
struct ProjectOverrides {
    std::optional<std::filesystem::path> directory;  ///< -C
    std::optional<std::string> environment;          ///< -e
    std::optional<std::string> database;             ///< --database
    std::optional<std::string> migrations_directory;
    std::optional<std::string> layout;
    std::optional<std::string> repository;
    std::vector<std::string> load_extensions;  ///< SQLite's, as given
};

/// Where the active environment's name came from, and what that hid.
struct EnvironmentChoice {
    std::string name;    ///< normalised
    std::string source;  ///< "--database", "--env", "KEEL_ENV", "FLASK_ENV", "keel env use",
                         ///< "project default", "built-in default"
    struct Shadowed {
        std::string source;
        std::string value;
    };
    std::vector<Shadowed> shadowed;
};

/// One effective value and where it was written, for `config show --origin`.
struct EffectiveValue {
    std::string key;     ///< "environments.dev.url"
    std::string value;   ///< secrets redacted
    std::string origin;  ///< "keel.toml:12", "keel.local.toml:3", ".env:4", "environment variable
                         ///< DEV_DATABASE_URL", "--database", "built-in"
};

/// A selection of a protected environment holds for this long.
constexpr std::chrono::minutes protected_selection_lifetime{30};

struct ProjectState;

/// A project as configured: keel.toml, keel.local.toml, .env and environment variables read and
/// checked once. Secrets of an environment are fetched only when that environment is resolved. Not
/// thread-safe while environments are chosen and resolved.
class Project {
  public:
    /// Finds keel.toml from `start` upwards (to the repository's root or the home directory).
    /// Without one, the built-in defaults serve. Throws ErrorKind::config with file, line and
    /// column of the first mistake; the message says how many more there are.
    static Project load(const ProjectOverrides& overrides, const EnvironmentReader& variables);
    /// Every mistake at once, for `config check`; never throws for what is in the files.
    static std::vector<Diagnostic> check(const ProjectOverrides& overrides,
                                         const EnvironmentReader& variables);

    Project(Project&&) noexcept;
    Project& operator=(Project&&) noexcept;
    ~Project();

    const std::filesystem::path& root() const noexcept;
    /// keel.toml, or empty when there is none.
    const std::filesystem::path& file() const noexcept;
    const std::string& name() const noexcept;
    /// <root>/.keel: persisted selection, audit log, locks. Not created by reading.
    std::filesystem::path state_directory() const;

    std::vector<std::string> environment_names() const;
    /// Applies the precedence of docs/reference/configuration.md. `now` decides whether a persisted
    /// selection of a protected environment has expired. Throws ErrorKind::config for an unknown
    /// name, listing the known ones.
    EnvironmentChoice choose_environment(TimePoint now) const;
    /// Resolves one environment: inheritance, overrides, URL secrets. --database and DATABASE_URL
    /// belong to the chosen environment alone: the one of the last `choose_environment`, or, before
    /// any, the one asked for. Throws ErrorKind::config.
    Environment environment(std::string_view name) const;
    /// Kind and protection without touching secrets.
    EnvironmentKind kind_of(std::string_view name) const;
    bool is_protected(std::string_view name) const;
    /// What the user should know about what `choose_environment` and `environment` did: a selection
    /// that has expired, a DATABASE_URL that does not count, an address that is easily misread.
    const std::vector<std::string>& warnings() const noexcept;

    const MigrationSettings& migrations() const noexcept;
    const LintConfiguration& lint() const noexcept;
    const BackupSettings& backup() const noexcept;
    /// Fetches the backups' passphrase; nothing when none is configured. Throws ErrorKind::config.
    std::optional<Secret> backup_passphrase() const;
    /// With the heartbeat's address fetched. Throws ErrorKind::config.
    BackupAround backup_around() const;
    /// How object storage is reached: each value from [backup.s3], else from its variable (AWS_…),
    /// else from the profile's files. Secrets are fetched; keys that nobody has given are empty.
    /// Throws ErrorKind::config.
    ObjectStorageAccess object_storage() const;
    std::vector<std::filesystem::path> state_files()
        const;  ///< legacy files kept in step by `env use`

    std::vector<EffectiveValue> effective_values() const;

    /// Persists (or, with an empty name, forgets) the selection, in Keel's state and the legacy
    /// files. Throws ErrorKind::refused, having written nothing, when a legacy file holds more than
    /// a name.
    void persist_selection(std::string_view name, TimePoint now) const;

  private:
    explicit Project(std::unique_ptr<ProjectState> state);
    std::unique_ptr<ProjectState> state_;
};

/// The JSON Schema of keel.toml (draft 7): what `config schema` prints. Made from the table that
/// the loader checks against, so the two cannot disagree.
Json configuration_schema();

}  // namespace keel
