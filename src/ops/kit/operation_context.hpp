#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/context.hpp"
#include "config/project.hpp"
#include "db/database_identity.hpp"
#include "db/engine.hpp"
#include "ops/kit/audit_log.hpp"
#include "ops/kit/interaction.hpp"
#include "ops/kit/invocation.hpp"
#include "ops/kit/marker.hpp"
#include "ops/kit/services.hpp"

namespace keel {

/// Finds the engine for an address; app has the only implementation.
class EngineSet {
  public:
    virtual ~EngineSet() = default;
    virtual const Engine& engine(EngineKind kind) const = 0;
};

/// What the Runner hands to an operation. Everything is made at first use: an operation pays for
/// what it asks for.
class OperationContext {
  public:
    struct Parts {
        const Invocation& invocation;
        const OperationSpec& spec;
        const EngineSet& engines;
        const Services& services;
        const EnvironmentReader& variables;
        const Context& context;
        Interaction* interaction = nullptr;
    };
    explicit OperationContext(const Parts& parts);
    ~OperationContext();

    const Invocation& invocation() const noexcept { return parts_.invocation; }
    const OperationSpec& spec() const noexcept { return parts_.spec; }
    const Services& services() const noexcept { return parts_.services; }
    const Context& context() const noexcept { return parts_.context; }
    const EnvironmentReader& variables() const noexcept { return parts_.variables; }
    /// Whom an operation may ask for what its options leave open (init); null when nobody can be
    /// asked. Confirmations are the guard's.
    Interaction* interaction() const noexcept;
    /// Names this run in the audit log, the repository and the server's activity list.
    const std::string& run_id() const noexcept { return run_id_; }
    bool is_testing() const;

    const Project& project();
    /// The environment the operation changes: the active one, or what the spec's environment_option
    /// names.
    const EnvironmentChoice& choice();
    const Environment& environment();
    /// Name of the environment as far as the operation has found it out by itself: for its report.
    std::optional<std::string> known_environment();
    /// The active environment, whatever the operation changes: where a backup comes from.
    EnvironmentChoice active_choice();
    const Engine& engine();
    const Engine& engine_for(EngineKind kind) const { return parts_.engines.engine(kind); }

    /// The operation's one connection. Read-only for reads and dry runs, enforced by the engine;
    /// otherwise the one that holds the lock. Throws what Engine::connect throws.
    Connection& connection();
    /// As `connection`, but nothing when there is no database yet (SQLite: no file; PostgreSQL: no
    /// such database).
    Connection* connection_if_exists();
    /// Makes the database when the spec allows it and it is not there, then connects.
    Connection& connection_or_create();
    /// Closes the connection, so that the database can be replaced; the next use connects again.
    /// The lock ends too.
    void disconnect();
    /// A second connection with the same settings, for parallel reads.
    std::unique_ptr<Connection> another_connection(bool read_only);

    const MarkerCheck& marker();  ///< of `connection_if_exists`; absent without a database
    void forget_marker() noexcept { marker_.reset(); }
    bool is_protected();  ///< by configuration or marker
    /// As `is_protected`, from what is known already: opens nothing.
    bool is_known_protected();
    /// Whether `connection` has been opened.
    bool is_connected() const noexcept { return connection_ != nullptr; }
    /// Whether this run changes nothing: a read, or a dry run.
    bool is_read_only_run() const noexcept;
    AuditLog audit_log();

    /// Id of the safety backup the Runner took for this run.
    const std::optional<std::string>& safety_backup() const noexcept { return safety_backup_; }
    /// Whether it is of the tables alone that the plan names.
    bool is_safety_backup_of_tables() const noexcept { return is_backup_of_tables_; }
    void set_safety_backup(std::string id, bool is_of_tables = false) {
        safety_backup_ = std::move(id);
        is_backup_of_tables_ = is_of_tables;
    }

    /// Takes the database's lock on `connection`, once; held until `disconnect` or the end.
    void lock();

  private:
    ConnectOptions connect_options(bool read_only, bool create);
    std::unique_ptr<Connection> connect(bool read_only, bool create);
    void adopt_connection(std::unique_ptr<Connection> connection);
    bool wants_read_only() const noexcept;
    ProjectOverrides target_overrides() const;

    Parts parts_;
    std::string run_id_;
    std::optional<Project> project_;
    std::optional<EnvironmentChoice> choice_;
    std::optional<Environment> environment_;
    std::unique_ptr<Connection> connection_;
    std::optional<CancelOnStop> cancel_;
    std::unique_ptr<DatabaseLock> lock_;
    std::optional<MarkerCheck> marker_;
    std::optional<std::string> safety_backup_;
    bool is_backup_of_tables_ = false;
};

}  // namespace keel
