#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "model/database_url.hpp"

namespace keel {

enum class EnvironmentKind { development, test, staging, production, other };
std::string_view to_string(EnvironmentKind kind) noexcept;
/// "dev" for development and so on: dev, test, stage, prod; other words come back lower-cased.
std::string normalize_environment_name(std::string_view name);
/// The kind a normalised name implies ("prod" is production); other when it implies none.
EnvironmentKind kind_of_environment_name(std::string_view name) noexcept;

struct PoolSettings {
    int size = 5;
    int overflow = 10;
    std::chrono::milliseconds timeout{30'000};
    std::chrono::milliseconds recycle{3'600'000};
    bool pre_ping = true;
};

/// How sessions of an environment behave.
struct SessionSettings {
    std::chrono::milliseconds lock_timeout{3'000};
    std::chrono::milliseconds statement_timeout{0};
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds slow_statement{0};
    bool echo = false;
    bool nested_transactions = true;  ///< savepoints; false is flat mode
};

/// Somebody whose signature counts on plans.
struct Approver {
    std::string name;
    std::string public_key;  ///< Ed25519, hex
};

/// What an environment asks of plans before they are applied.
struct ApprovalSettings {
    int required = 0;  ///< approvals by others than the plan's author
    std::vector<Approver> approvers;
    std::chrono::milliseconds plan_lifetime{1'800'000};
};

/// One environment after resolution: inheritance, defaults and precedence applied, secrets read.
struct Environment {
    std::string name;
    EnvironmentKind kind = EnvironmentKind::development;
    bool is_protected = false;
    DatabaseUrl url;
    std::vector<DatabaseUrl> replicas;
    PoolSettings pool;
    SessionSettings session;
    ApprovalSettings approvals;
    bool upgrade_at_start = false;
    bool backup_before_upgrade = true;
    Json settings =
        Json::object();  ///< the application's own, [settings] overridden by the environment's

    bool is_production() const noexcept { return kind == EnvironmentKind::production; }
    bool is_testing() const noexcept { return kind == EnvironmentKind::test; }
    bool is_development() const noexcept { return kind == EnvironmentKind::development; }
};

}  // namespace keel
