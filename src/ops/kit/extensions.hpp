#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.hpp"
#include "db/connection.hpp"
#include "model/database_url.hpp"

namespace keel {

/// What a migration or a hook in C++ is called with. Valid during the call; the connection holds
/// the lock. Where there is a transaction, it is Keel's: neither commit nor roll it back.
struct MigrationCall {
    Connection& connection;
    EngineKind engine;
    const Context& context;
    std::string_view version;  ///< empty around all
    std::string_view name;
    bool is_up = true;
};
using MigrationFunction = std::function<void(const MigrationCall&)>;

/// A migration that is written in C++. It runs in one transaction with the word of it in the
/// history; what throws undoes it. It stands among the files in the order of their versions.
struct MigrationCode {
    std::string version;  ///< digits, as a file's
    std::string name;
    /// Another one whenever the author changes what it does: stands for a file's text.
    std::string revision;
    MigrationFunction up;
    MigrationFunction down;    ///< may be empty: then it cannot be undone
    MigrationFunction verify;  ///< after up, before the commit; throws what is wrong; may be empty
};

/// When a hook runs. Those around each are in the migration's own transaction.
enum class HookPoint {
    before_all,
    before_each,
    after_each,
    after_all,
    before_down,
    before_each_down,
    after_each_down,
    after_down,
};

struct MigrationHook {
    HookPoint point = HookPoint::after_all;
    std::string name;  ///< for messages
    MigrationFunction run;
};

/// What an application that uses the library adds of its own. Whoever makes a Workspace hands it
/// over; functions may be called from any thread that runs an operation.
struct Extensions {
    std::vector<MigrationCode> migrations;
    std::vector<MigrationHook> hooks;
    /// Called with every new connection to a database of the project (or a copy of one), before
    /// its first use: the place to register SQL functions on SQLite's handle
    /// (`Connection::raw`).
    std::function<void(Connection&, EngineKind)> on_connect;
};

}  // namespace keel
