#pragma once

#include <string>
#include <string_view>

#include "model/url_text.hpp"

namespace keel {

/// The parts of a SQLite address as written, before a relative path gets its base.
struct SqliteAddress {
    std::string path;  ///< decoded; empty in memory
    bool is_memory = false;
    url_text::Parameters parameters;  ///< canonical names and values, checked

    /// What follows "sqlite:" or "sqlite3:". Three slashes begin a relative path, four an absolute
    /// one, as SQLAlchemy has it.
    static SqliteAddress parse_url(std::string_view rest);
    /// What follows "file:", by SQLite's own rules.
    static SqliteAddress parse_file(std::string_view rest);
    /// A path as a person types it: nothing is decoded, '?' begins parameters.
    static SqliteAddress parse_bare(std::string_view text);
};

}  // namespace keel
