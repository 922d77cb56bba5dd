#include "engines/sqlite/address.hpp"

#include <sqlite3.h>

#include "base/text.hpp"

namespace keel::sqlite {

std::filesystem::path real_path(const DatabaseUrl& url) {
    std::error_code code;
    auto resolved = std::filesystem::weakly_canonical(url.path(), code);
    return code ? url.path() : resolved;
}

OpenOptions open_options(const DatabaseUrl& url, bool read_only) {
    OpenOptions options;
    options.in_memory = url.is_memory();
    if (!options.in_memory) options.path = real_path(url);
    options.read_only = read_only || url.is_read_only() || url.parameter("_query_only") == "1";
    options.recover = !url.is_read_only();
    options.immutable = url.parameter("immutable") == "1";
    options.foreign_keys = url.parameter("_foreign_keys").value_or("1") == "1";
    options.vfs = url.parameter("vfs").value_or("");
    options.cache_size = url.parameter("_cache_size").value_or("");
    const auto timeout = parse_unsigned(url.parameter("_busy_timeout").value_or(""));
    if (timeout) options.lock_timeout = std::chrono::milliseconds(*timeout);
    return options;
}

OpenOptions session_options(const ConnectOptions& options) {
    auto opening = open_options(options.url, options.read_only);
    if (!options.url.parameter("_busy_timeout"))
        opening.lock_timeout = options.session.lock_timeout;
    opening.statement_timeout = options.session.statement_timeout;
    opening.stop = options.stop;
    return opening;
}

OpenOptions private_file(const std::filesystem::path& path) {
    OpenOptions options;
    options.path = path;
    options.immutable = true;
    return options;
}

std::filesystem::path with_suffix(const std::filesystem::path& path, std::string_view suffix) {
    auto result = path;
    result += suffix;
    return result;
}

std::filesystem::path path_of(sqlite3* database) {
    const char* name = sqlite3_db_filename(database, "main");
    return name ? std::filesystem::path(name) : std::filesystem::path();
}

}  // namespace keel::sqlite
