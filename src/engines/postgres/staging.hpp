#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/context.hpp"
#include "db/dumper.hpp"
#include "engines/postgres/side_database.hpp"

namespace keel::postgres {

/// The private database beside a target while it is being filled. Its destructor drops it, unless
/// it was kept; what a kill leaves is recognised by its name and comment.
class Staging {
  public:
    /// Connects to the target's server. All must outlive it. Throws ErrorKind::config when the role
    /// may not create databases.
    Staging(const StageOptions& options, const EngineOptions& engine_options,
            const Context& context);
    ~Staging();
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;

    /// An empty database with the encoding and locale that `state` says.
    void create(const Json& state);
    /// An empty database as CREATE DATABASE makes it where nothing is said.
    void create_usual();
    /// A copy of another database of this server, made by the server file by file. Throws what the
    /// server says when that may not be (sessions on it, missing rights).
    void create_from(std::string_view source, const Json& state);

    /// A session on it whose statements nobody waits for to be durable.
    std::unique_ptr<Connection> connect() const;
    /// To another database of the server.
    Connection& maintenance() noexcept { return *maintenance_; }

    /// Leaves the database to whoever publishes or discards it.
    StagedDatabase keep();

  private:
    void require_createdb();
    void mark(const Json& state);
    void drop() noexcept;

    const StageOptions& options_;
    const Context& context_;
    Server server_;
    std::string target_;
    std::string name_;
    std::unique_ptr<Connection> maintenance_;
    bool is_ours_ = false;  ///< made, and not handed on
};

}  // namespace keel::postgres
