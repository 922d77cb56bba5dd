#include "engines/sqlite/extension.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <memory>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel::sqlite {
namespace {

/// Only the function of C may load, and only while this lives.
class Permission {
  public:
    explicit Permission(sqlite3* database) : database_(database) { set(1); }
    ~Permission() { set(0); }
    Permission(const Permission&) = delete;
    Permission& operator=(const Permission&) = delete;

  private:
    void set(int value) noexcept {
        sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, value, nullptr);
    }
    sqlite3* database_;
};

void load(sqlite3* database, const std::string& file) {
    char* said = nullptr;
    const int code = sqlite3_load_extension(database, file.c_str(), nullptr, &said);
    const std::unique_ptr<char, decltype(&sqlite3_free)> message(said, sqlite3_free);
    if (code == SQLITE_OK) return;
    throw Error(ErrorKind::config,
                fmt::format("cannot load the extension '{}': {}", file,
                            escape_controls(message ? message.get() : sqlite3_errmsg(database))))
        .with_hint("--load-extension takes the path of a shared library that is made for SQLite");
}

}  // namespace

void load_extensions(Connection& connection, std::span<const std::string> files) {
    if (files.empty()) return;
    auto* database = static_cast<sqlite3*>(connection.raw());
    const Permission permission(database);
    for (const std::string& file : files) load(database, file);
}

}  // namespace keel::sqlite
