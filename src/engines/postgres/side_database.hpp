#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "db/connection.hpp"
#include "engines/postgres/engine.hpp"

namespace keel::postgres {

/// Databases that a restore keeps beside its target: the staged one before the swap, the replaced
/// one after it. The name is for people and for a first look; the comment on the database (JSON)
/// is what says for sure.
enum class SideRole { staged, replaced };

/// "app__keel_RUN" and "app__keel_old_RUN", the target's part cut so that it fits 63 bytes.
std::string side_name(SideRole role, std::string_view target, std::string_view run_id);

struct SideDatabase {
    SideRole role = SideRole::staged;
    std::string name;
    std::string target;
    std::string run_id;
    Json state = Json();  ///< of a staged one: what a database that did not exist yet is given
};
/// What a database's name and comment say; nothing when it is none of ours.
std::optional<SideDatabase> read_side(std::string_view name, std::string_view comment,
                                      std::string_view wanted_target);
/// The comment that marks it.
std::string side_comment(const SideDatabase& side);

/// How Keel's own connections to other databases of a server are made.
class Server {
  public:
    Server(const DatabaseUrl& url, const EngineOptions& options) : url_(url), options_(options) {}

    /// To a database that is always there ("postgres", else "template1"), never the URL's own.
    std::unique_ptr<Connection> maintenance(std::string_view application_name = "keel") const;
    std::unique_ptr<Connection> connect(std::string_view database,
                                        std::string_view application_name = "keel") const;
    /// The URL's database, by name.
    std::string database() const;
    const DatabaseUrl& url() const noexcept { return url_; }

  private:
    const DatabaseUrl& url_;
    EngineOptions options_;
};

/// The name that a session which works on run `run_id` has in pg_stat_activity.
std::string worker_name(std::string_view run_id);

bool has_database(Connection& maintenance, std::string_view name);
/// Ends its sessions and drops it; nothing happens when it is not there.
void drop_database(Connection& maintenance, std::string_view name);

}  // namespace keel::postgres
