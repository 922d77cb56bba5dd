#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.hpp"

namespace keel {

enum class EngineKind { sqlite, postgres };
std::string_view to_string(EngineKind kind) noexcept;  ///< "sqlite", "postgres"

/// The address of one database. PostgreSQL addresses are kept whole for libpq (hosts, service,
/// parameters); SQLite addresses are an absolute, lexically normal path and its parameters.
class DatabaseUrl {
  public:
    /// Understands what docs/reference/urls.md lists. A relative SQLite path is taken from `base`.
    /// Throws ErrorKind::config naming what is wrong; no message quotes a part of the text that
    /// could be a password.
    static DatabaseUrl parse(std::string_view text, const std::filesystem::path& base);

    EngineKind engine() const noexcept { return engine_; }
    /// Safe to print: the password, and any parameter that holds one, is "***".
    const std::string& redacted() const noexcept { return redacted_; }

    /// SQLite only.
    const std::filesystem::path& path() const noexcept { return path_; }
    bool is_memory() const noexcept { return is_memory_; }
    bool is_read_only() const noexcept { return is_read_only_; }  ///< mode=ro or immutable=1
    /// SQLite only: a parameter by its canonical name ("_busy_timeout", "vfs"), values lower-cased
    /// where they are choices, "1" or "0" where they are booleans.
    std::optional<std::string> parameter(std::string_view name) const;

    /// PostgreSQL only: what libpq is given. `with_database` is the same server with another
    /// database.
    const Secret& conninfo() const noexcept { return conninfo_; }
    /// Name of the database if the address itself says it (it may come from PGDATABASE or a service
    /// file instead).
    const std::string& database() const noexcept { return database_; }
    /// True when the address is a unix socket or a loopback host, or says neither host nor service.
    bool is_local() const noexcept { return is_local_; }
    const Secret& password() const noexcept { return password_; }

    /// The same place under another database name (PostgreSQL) or file path (SQLite).
    DatabaseUrl with_database(std::string_view name) const;
    DatabaseUrl with_path(std::filesystem::path path) const;

    bool operator==(const DatabaseUrl& other) const;

  private:
    static DatabaseUrl parse_postgres(std::string_view text);
    static DatabaseUrl parse_sqlite(std::string_view text, const std::filesystem::path& base);
    void set_sqlite_path(std::filesystem::path path);

    EngineKind engine_ = EngineKind::sqlite;
    std::string redacted_;
    std::filesystem::path path_;
    std::vector<std::pair<std::string, std::string>> parameters_;
    bool is_memory_ = false;
    bool is_read_only_ = false;
    bool is_local_ = true;
    Secret conninfo_;
    Secret password_;
    std::string database_;
};

}  // namespace keel
