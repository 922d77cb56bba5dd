#pragma once

#include "db/admin.hpp"
#include "ops/health/check.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {

/// What the groups of checks share. Each group adds its findings to `checks`; a later group relies
/// on what an earlier one found out.
struct Checkup {
    OperationContext& context;
    HealthChecks checks = {};
    bool has_project = false;          ///< the configuration could be read
    bool has_environment = false;      ///< and the environment resolved
    bool is_reachable = false;         ///< the server answered, or the file could be opened
    Connection* connection = nullptr;  ///< null without a database
    std::optional<ServerInfo> server = {};

    bool has_database() const noexcept { return connection != nullptr; }
    /// By configuration or, once it was read, by the database's own marker.
    bool is_protected() { return has_environment && context.is_known_protected(); }
};

void check_configuration(Checkup& checkup);
void check_file_permissions(Checkup& checkup);
void check_engine(Checkup& checkup);
void check_database(Checkup& checkup);
void check_migrations(Checkup& checkup);
void check_backups(Checkup& checkup);
void check_storage(Checkup& checkup);
void check_leftovers(Checkup& checkup);
void check_audit(Checkup& checkup);

}  // namespace keel
