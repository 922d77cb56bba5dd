#include "engines/sqlite/authorizer.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace keel::sqlite {
namespace {

bool is_among(std::string_view word, auto& words) noexcept {
    return std::ranges::any_of(words,
                               [&](std::string_view one) { return equals_ignore_case(one, word); });
}

/// Pragmas that read whatever follows them: what follows is a name or a limit.
constexpr auto reading_pragmas = std::to_array<std::string_view>({
    "collation_list",
    "compile_options",
    "database_list",
    "foreign_key_check",
    "foreign_key_list",
    "function_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "module_list",
    "pragma_list",
    "quick_check",
    "table_info",
    "table_list",
    "table_xinfo",
});

/// Pragmas that read without a value, and set with one.
constexpr auto settings = std::to_array<std::string_view>({
    "application_id", "auto_vacuum",        "automatic_index", "busy_timeout",
    "cache_size",     "cell_size_check",    "data_version",    "encoding",
    "foreign_keys",   "freelist_count",     "journal_mode",    "locking_mode",
    "max_page_count", "mmap_size",          "page_count",      "page_size",
    "query_only",     "recursive_triggers", "schema_version",  "secure_delete",
    "synchronous",    "trusted_schema",     "user_version",    "wal_autocheckpoint",
});

/// Functions that reach outside the database, where a build or an extension brings them.
constexpr auto reaching_functions = std::to_array<std::string_view>({
    "load_extension",
    "writefile",
    "readfile",
    "edit",
    "fts3_tokenizer",
    "sqlite_log",
});

int decide_pragma(const char* name, const char* value) noexcept {
    if (is_among(name, reading_pragmas)) return SQLITE_OK;
    return value == nullptr && is_among(name, settings) ? SQLITE_OK : SQLITE_DENY;
}

/// SQLite asks this while a virtual table tells what its columns are (pragma functions are such
/// tables), for an update that it never runs. The schema's table itself cannot be updated: that
/// takes PRAGMA writable_schema, which is not among the allowed ones.
bool is_declaration(int action, const char* table) noexcept {
    return action == SQLITE_UPDATE && table && std::string_view(table) == "sqlite_master";
}

int decide_action(int action, const char* first, const char* second) noexcept {
    if (action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_RECURSIVE ||
        action == SQLITE_TRANSACTION || action == SQLITE_SAVEPOINT ||
        is_declaration(action, first)) {
        return SQLITE_OK;
    }
    if (action == SQLITE_PRAGMA) return decide_pragma(first ? first : "", second);
    if (action == SQLITE_FUNCTION) {
        return is_among(second ? second : "", reaching_functions) ? SQLITE_DENY : SQLITE_OK;
    }
    return SQLITE_DENY;
}

std::string_view name_of(int action) noexcept {
    constexpr auto names = std::to_array<std::pair<int, std::string_view>>({
        {SQLITE_INSERT, "insert into"},
        {SQLITE_UPDATE, "update"},
        {SQLITE_DELETE, "delete from"},
        {SQLITE_ATTACH, "attach"},
        {SQLITE_DETACH, "detach"},
        {SQLITE_PRAGMA, "pragma"},
        {SQLITE_FUNCTION, "function"},
        {SQLITE_ALTER_TABLE, "alter table in"},
        {SQLITE_REINDEX, "reindex"},
        {SQLITE_ANALYZE, "analyze"},
        {SQLITE_CREATE_TABLE, "create table"},
        {SQLITE_DROP_TABLE, "drop table"},
    });
    for (const auto& [known, name] : names) {
        if (known == action) return name;
    }
    return "a change of the schema";
}

int decide(void* refusal, int action, const char* first, const char* second, const char*,
           const char*) noexcept {
    if (decide_action(action, first, second) == SQLITE_OK) return SQLITE_OK;
    auto& what = static_cast<Refusal*>(refusal)->what;
    const char* object = action == SQLITE_FUNCTION ? second : first;
    const std::string_view name = name_of(action);
    std::snprintf(what.data(), what.size(), "%.*s %s", static_cast<int>(name.size()), name.data(),
                  object ? object : "");
    return SQLITE_DENY;
}

constexpr int most_attached = 10;

}  // namespace

void allow_reading_only(sqlite3* database, Refusal& refusal) noexcept {
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_set_authorizer(database, decide, &refusal);
}

void allow_everything(sqlite3* database) noexcept {
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, most_attached);
    sqlite3_set_authorizer(database, nullptr, nullptr);
}

}  // namespace keel::sqlite
