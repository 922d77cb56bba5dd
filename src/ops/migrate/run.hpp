#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/context.hpp"
#include "db/engine.hpp"
#include "ops/migrate/history.hpp"

namespace keel {

struct Extensions;

/// What one run of migrations works with.
struct MigrationRun {
    const Engine& engine;
    const Context& context;
    std::function<Connection&()> connection;  ///< the one that holds the lock
    std::function<Connection&()> reconnect;   ///< after it was lost: a new one, holding the lock
    std::function<std::unique_ptr<Connection>()> another;  ///< a second one that only reads
    std::string actor;
    std::string backup;                         ///< id of the safety backup, or empty
    std::chrono::milliseconds lock_timeout{0};  ///< the session's; 0: none
    const Extensions* extensions = nullptr;     ///< hooks of the application's own
    bool is_for_real = true;  ///< false on a disposable copy: nobody is to be spared there
};

/// What became of one migration.
struct MigrationOutcome {
    std::string version;
    std::string name;
    int statements = 0;
    std::int64_t duration_ms = 0;
    std::string note;  ///< something the person should know, or empty
};

}  // namespace keel
